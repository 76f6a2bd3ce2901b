/** `rebuild`, `rebuild-fts`, `repair-status`, `repair`: the views folded anew, the log mended. */
import { Option } from 'commander';
import type { Damage, Diagnosis } from '../../src/index.js';
import { confirm } from '../input.js';
import { printable } from '../layout.js';
import { examples, yes, type YesFlag } from '../options.js';
import { jsonText } from '../output.js';
import { Progress } from '../progress.js';
import type { Dimension, Run, Shell } from '../shell.js';
import { embedPending } from '../embed-pending.js';
import { mendClock, mendFork } from '../mend-branches.js';

const ISSUES_SHOWN = 5;
const ERRORS_SHOWN = 10;
const HEALTH_PROBLEM = 5;

export function addRepairCommands(shell: Shell): void {
  addRebuildFts(shell);
  addRebuild(shell);
  addRepairStatus(shell);
  addRepair(shell);
}

function addRebuildFts(shell: Shell): void {
  const command = shell.program
    .command('rebuild-fts')
    .description('Fill the keyword index again from the memories')
    .action(
      shell.action({}, async ({ dimension, output }) => {
        const rows = await dimension.rebuildFts();
        output.result({ rebuilt: true, rows }, () => 'FTS index rebuilt.');
      }),
    );
  examples(command, ['alt rebuild-fts', 'alt rebuild-fts --json']);
}

function addRebuild(shell: Shell): void {
  const command = shell.program
    .command('rebuild')
    .alias('rebuild-from-sqlite')
    .description('Fold the whole log into new views and vectors; the old ones serve meanwhile')
    .action(
      shell.action({ thread: 'worker' }, async (run) => {
        const result = await rebuild(run);
        run.output.result(result, () => rebuiltLine(result));
      }),
    );
  examples(command, ['alt rebuild', 'alt rebuild --json']);
}

interface Rebuilt {
  readonly events: number;
  readonly vectors: number;
  readonly pending: number;
}

async function rebuild(run: Run): Promise<Rebuilt> {
  const progress = new Progress(run.output, 'Events folded');
  const onProgress = (events: number): void => {
    progress.update(events);
  };
  const { events } = await run.dimension.rebuild({ onProgress, signal: run.signal });
  progress.end();
  const pending = await embedPending(run);
  const { vectors } = await run.dimension.status();
  return { events, vectors, pending };
}

const rebuiltLine = ({ events, vectors }: Rebuilt): string =>
  `Rebuilt ${String(vectors)} vectors and all views from ${String(events)} events.`;

function addRepairStatus(shell: Shell): void {
  const command = shell.program
    .command('repair-status')
    .description('Show whether log and views are sound')
    .action(
      shell.action({}, async ({ dimension, output, signal }) => {
        const found = await dimension.upkeep.diagnose({ signal });
        output.result(statusOf(found), () => statusLines(found));
        return found.ok ? 0 : HEALTH_PROBLEM;
      }),
    );
  examples(command, ['alt repair-status', 'alt repair-status --json']);
}

function statusOf(found: Diagnosis): Record<string, unknown> {
  const { differences, entities, ...rest } = found;
  const counts = Object.entries(differences) as [string, readonly string[]][];
  return {
    ...rest,
    entities,
    entities_sqlite: entities,
    differences: Object.fromEntries(counts.map(([name, ids]) => [name, ids.length])),
  };
}

function issuesOf(found: Diagnosis): string[] {
  const { integrity_errors, problems, differences } = found;
  const counts = Object.entries(differences) as [string, readonly string[]][];
  return [
    ...integrity_errors,
    ...problems.map(({ kind, where, message }) => `${kind}: ${where}: ${message}`),
    ...counts.filter(([, ids]) => ids.length > 0).map(([name, ids]) => `${name}: ${ids.join(' ')}`),
  ];
}

const note = (count: number, what: string): string =>
  count > 0 ? ` (${String(count)} ${what})` : '';

function statusLines(found: Diagnosis): string {
  const issues = issuesOf(found);
  return [
    `Dimension: ${found.path}`,
    `Entities: ${String(found.entities)}`,
    `Events: ${String(found.events)}${note(found.lag, 'not folded')}`,
    `Vectors: ${String(found.vectors)}${note(found.pending, 'wait')}`,
    `Log: ${found.log_ok ? 'PASS' : 'DAMAGED'}`,
    `Integrity: ${found.ok ? 'PASS' : `${String(issues.length)} issues`}`,
    ...issues.slice(0, ISSUES_SHOWN).map((issue) => printable(`  - ${issue}`)),
  ].join('\n');
}

interface RepairFlags extends YesFlag {
  readonly integrity?: boolean;
  readonly vacuum?: boolean;
  readonly rebuildFts?: boolean;
  readonly mode?: keyof typeof MODES;
}

function addRepair(shell: Shell): void {
  const command = shell.program
    .command('repair')
    .description('Check and mend; no repair ever takes a memory away')
    .option('--integrity', 'check the views')
    .option('--vacuum', 'give the space of deleted rows back')
    .option('--rebuild-fts', 'fill the keyword index again')
    .addOption(yes())
    .addOption(
      new Option('--mode <mode>', 'look at log and views together').choices(Object.keys(MODES)),
    )
    .action(
      shell.action({ thread: 'worker' }, async (run, flags: RepairFlags) => {
        if (flags.mode === undefined) return repairViews(run, flags);
        return MODES[flags.mode](run, flags);
      }),
    );
  examples(command, [
    'alt repair',
    'alt repair --integrity --vacuum --yes',
    'alt repair --mode scan',
    'alt repair --mode fork --yes',
  ]);
}

/** The single steps, in their order; without any, the check alone. */
async function repairViews(run: Run, flags: RepairFlags): Promise<number> {
  const steps = stepsOf(run.dimension, flags);
  const result: Record<string, unknown> = {};
  const lines: string[] = [];
  for (const { key, question, work, told } of steps) {
    const asked = { question: question ?? '', yes: flags.yes, signal: run.signal };
    if (question !== undefined && !(await confirm(asked))) {
      run.output.note('Aborted.');
      return 1;
    }
    result[key] = await work();
    lines.push(...told(result[key]));
  }
  run.output.result(result, () => lines.join('\n'));
  const errors = (result.integrity_errors ?? []) as readonly string[];
  return errors.length > 0 ? HEALTH_PROBLEM : 0;
}

interface Step {
  /** Its name in JSON. */
  readonly key: string;
  /** What is asked first; absent for a step that only looks. */
  readonly question?: string;
  readonly work: () => Promise<unknown>;
  /** The lines that people are shown. */
  readonly told: (done: unknown) => readonly string[];
}

function stepsOf(dimension: Dimension, flags: RepairFlags): Step[] {
  const { integrity = false, vacuum = false, rebuildFts = false } = flags;
  const check: Step = {
    key: 'integrity_errors',
    work: () => dimension.upkeep.integrity(),
    told: (errors) => integrityLines(errors as readonly string[], integrity),
  };
  const shrink: Step = {
    key: 'vacuum',
    question: `VACUUM the views of ${dimension.path}?`,
    work: () => dimension.upkeep.vacuum(),
    told: () => ['VACUUM complete.'],
  };
  const index: Step = {
    key: 'rebuild_fts',
    question: `Rebuild the keyword index of ${dimension.path}?`,
    work: async () => ({ rows: await dimension.rebuildFts() }),
    told: () => ['FTS5 index rebuilt.'],
  };
  const isCheck = integrity || !(vacuum || rebuildFts);
  return [...(isCheck ? [check] : []), ...(vacuum ? [shrink] : []), ...(rebuildFts ? [index] : [])];
}

function integrityLines(errors: readonly string[], wasAsked: boolean): string[] {
  const count = String(errors.length);
  const shown = errors.slice(0, wasAsked ? ERRORS_SHOWN : ISSUES_SHOWN);
  if (errors.length === 0) {
    return [wasAsked ? 'Integrity check passed.' : 'No repair needed — dimension is healthy.'];
  }
  const first = wasAsked
    ? `Integrity errors (${count}):`
    : `Repair needed: ${count} integrity issues`;
  return [first, ...shown.map((line) => `  - ${printable(line)}`)];
}

async function showStatus({ dimension, output, signal }: Run): Promise<number> {
  const found = await dimension.upkeep.diagnose({ signal });
  const { backend } = await dimension.status();
  const value = { ...statusOf(found), backend };
  output.result(value, () => jsonText(value, 2));
  return found.ok ? 0 : HEALTH_PROBLEM;
}

/** Damage of the log itself: found, or with `dryRun` false mended. */
function repairLog(
  dimension: Dimension,
  options: { readonly dryRun: boolean },
): Promise<Damage | undefined> {
  return dimension.upkeep.salvage(options);
}

async function scan({ dimension, output, signal }: Run): Promise<number> {
  const damage = (await repairLog(dimension, { dryRun: true })) ?? null;
  const found = await dimension.upkeep.diagnose({ signal });
  const value = { ...found, counts: statusOf(found).differences, damage };
  output.result(value, () => scanLines(found, damage).join('\n'));
  return found.ok && damage === null ? 0 : HEALTH_PROBLEM;
}

function scanLines({ differences, entities }: Diagnosis, damage: Damage | null): string[] {
  const classes = Object.entries(differences) as [string, readonly string[]][];
  const bad = new Set(classes.flatMap(([, ids]) => ids));
  const good = String(Math.max(0, entities - bad.size));
  return [
    ...classes.map(([name, ids]) => `  ${name.padEnd(18)} ${String(ids.length)}`),
    ...(damage ? damageLines(damage) : []),
    `Scan complete: ${good} good IDs, ${String(bad.size)} bad IDs`,
  ];
}

function damageLines(damage: Damage): string[] {
  const { replica, segment, offset, reason, salvageableEvents, lost } = damage;
  const seqs = lost.map(([first, last]) => `${String(first)}-${String(last)}`).join(', ');
  return [
    `  Log damaged: ${replica} segment ${String(segment)} at ${String(offset)}: ${reason}`,
    `  Whole behind it: ${String(salvageableEvents)} events; lost: ${seqs === '' ? 'none' : seqs}`,
  ];
}

/** Mends log and views from what is whole; without --yes it only says what it would do. */
async function prune(run: Run, flags: RepairFlags): Promise<number> {
  if (flags.yes !== true) {
    await scan(run);
    run.output.note('Nothing was changed. Add --yes to mend it.');
    return 0;
  }
  const before = await run.dimension.upkeep.diagnose({ signal: run.signal });
  const damage = (await repairLog(run.dimension, { dryRun: false })) ?? null;
  const rebuilt = before.ok && damage === null ? null : await rebuild(run);
  const value = { mended: statusOf(before).differences, damage, rebuilt };
  run.output.result(value, () => {
    return [...scanLines(before, damage).slice(0, -1), 'Mended from the log.'].join('\n');
  });
  return 0;
}

async function fold(run: Run): Promise<number> {
  const result = await rebuild(run);
  run.output.result(result, () => rebuiltLine(result));
  return 0;
}

const MODES = {
  status: showStatus,
  scan,
  prune,
  rebuild: fold,
  fork: mendFork,
  clock: mendClock,
} as const;
