/** `undo` and `redo`: taking parts of the log back, and taking that back. */
import { Option, type Command } from 'commander';
import type { UndoReport, UndoSelection } from '../../src/index.js';
import { confirm } from '../input.js';
import { printable } from '../layout.js';
import { examples, yes, type YesFlag } from '../options.js';
import type { Run, Shell } from '../shell.js';

const SHOWN_MAX = 10;

export function addUndoCommands(shell: Shell): void {
  addUndo(shell);
  addRedo(shell);
}

interface UndoFlags extends Omit<UndoSelection, 'commit'>, YesFlag {
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

const choosing = (command: Command): Command =>
  command
    .argument(
      '[event]',
      'the commit of this event, replica:seq; "last": what was written here last',
    )
    .option('--batch <id>', 'everything of one mine run or import')
    .option('--session <name>', 'everything of one session')
    .option('--actor <who>', 'everything by a kind (mcp), kind and tool (mcp:add_entity) or client')
    .option('--since <time>', 'what was written since: ISO 8601, or a date')
    .option('--until <time>', 'what was written until then')
    .addOption(new Option('-n, --dry-run', 'only show what would change'));

function addUndo(shell: Shell): void {
  const command = choosing(shell.program.command('undo'))
    .description('Make it as if a part of the log had not happened; the log keeps it')
    .option('--force', 'also where later changes build on it, which stay')
    .addOption(yes())
    .action(
      shell.action({}, async (run, event: string | undefined, flags: UndoFlags) => {
        const { dryRun, force, yes: isSure, ...selection } = flags;
        const chosen = { ...selection, commit: event };
        const dry = await run.dimension.undo(chosen, { dryRun: true });
        if (dryRun === true) return show(run, dry);
        const asks = dry.built_on_total > 0 && force !== true;
        if (asks) {
          for (const line of builtOnLines(dry)) run.output.note(line);
          const question = `Undo nevertheless, in ${run.dimension.path}? What came later stays.`;
          if (!(await confirm({ question, yes: isSure, signal: run.signal }))) {
            run.output.note('Aborted.');
            return 1;
          }
        }
        // What came only after the dry run was shown to nobody: it is no part of the answer.
        return show(run, await run.dimension.undo(chosen, { force: force === true || asks }));
      }),
    );
  examples(command, [
    'alt undo last',
    'alt undo --batch 5f0c… --dry-run',
    'alt undo --actor mcp --since 2026-11-24T09:00:00Z',
  ]);
}

function addRedo(shell: Shell): void {
  const command = choosing(shell.program.command('redo'))
    .description('Make what was undone count again')
    .action(
      shell.action({}, async (run, event: string | undefined, flags: UndoFlags) => {
        const { dryRun, ...selection } = flags;
        return show(run, await run.dimension.redo({ ...selection, commit: event }, { dryRun }));
      }),
    );
  examples(command, ['alt redo --batch 5f0c…']);
}

function show({ output }: Run, report: UndoReport): number {
  output.result(report, () => {
    const { dry_run, undone, redone, streams, skipped } = report;
    const types = Object.entries(report.types).map(([type, count]) => `${String(count)} ${type}`);
    const lines = [
      `${dry_run ? 'Would undo' : 'Undid'} ${String(undone)} and redo ${String(redone)} event(s) ` +
        `of ${String(streams)} thing(s).`,
      `  Chosen: ${types.join(', ')}`,
      ...(skipped > 0 ? [`  Cannot be undone: ${String(skipped)}`] : []),
    ];
    return [...lines, ...(dry_run ? builtOnLines(report) : [])].join('\n');
  });
  return report.undone + report.redone === 0 ? 3 : 0;
}

function builtOnLines({ built_on, built_on_total: total }: UndoReport): string[] {
  if (total === 0) return [];
  const shown = built_on.slice(0, SHOWN_MAX).map(({ entity_id: id, stream, later }) => {
    const what = later.map(({ type, at }) => `${type ?? ''} ${at}`).join(', ');
    return printable(`  - ${id ?? stream}: ${what}`);
  });
  const more = total > shown.length ? [`  … and ${String(total - shown.length)} more`] : [];
  return [`Changed again since (${String(total)}):`, ...shown, ...more];
}
