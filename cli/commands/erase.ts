/** `erase` and `scrub`: forgetting for good. */
import { Option } from 'commander';
import type { EraseReceipt, EraseSelection, ScrubReport } from '../../src/index.js';
import { confirm, idsOrInput } from '../input.js';
import { printable } from '../layout.js';
import { examples, yes, type YesFlag } from '../options.js';
import type { Run, Shell } from '../shell.js';

const SHOWN_MAX = 10;
const STILL_THERE = 5;
const NOT_FOUND = 3;

export function addEraseCommands(shell: Shell): void {
  addErase(shell);
  addScrub(shell);
}

interface EraseFlags extends Omit<EraseSelection, 'ids'>, YesFlag {
  readonly dryRun?: boolean;
}

const dryRunOption = (): Option => new Option('-n, --dry-run', 'only show what would go');

function addErase(shell: Shell): void {
  const command = shell.program
    .command('erase')
    .description('Forget for good: no file, no version and no machine that hears of it keeps it')
    .argument('[ids...]', 'of memories, records, facts, tunnels; "-" reads them, one a line')
    .option('--source <file>', 'everything of that source file')
    .option('-w, --realm <name>', 'a realm with all that is in it, deleted or not')
    .option('--match <text>', 'whatever ever said that text, in whatever case')
    .addOption(dryRunOption())
    .addOption(yes())
    .action(
      shell.action({}, async (run, ids: readonly string[], flags: EraseFlags) => {
        const { dryRun, yes: isSure, ...selection } = flags;
        const given = ids.length > 0 ? { ids: await idsOrInput(ids, run.signal) } : {};
        const chosen = { ...selection, ...given };
        const dry = await run.dimension.erase(chosen, { dryRun: true });
        if (dryRun === true) return show(run, dry);
        if (!(await isConfirmed(run, dry, isSure))) return 1;
        return show(run, await run.dimension.erase(chosen, { signal: run.signal }));
      }),
    );
  examples(command, [
    'alt erase ent_01hq… --dry-run',
    'alt erase --source ~/notes/private.md',
    'alt erase --match "Ana Kowalska" --yes',
  ]);
}

function addScrub(shell: Shell): void {
  const command = shell.program
    .command('scrub')
    .description('Find keys, tokens and passwords that were stored, and erase what holds them')
    .addOption(dryRunOption())
    .addOption(yes())
    .action(
      shell.action({}, async (run, flags: YesFlag & { readonly dryRun?: boolean }) => {
        const { dimension, signal } = run;
        const dry = await dimension.scrub();
        if (flags.dryRun === true || !dry.erased) return showSecrets(run, dry);
        for (const line of secretLines(dry)) run.output.note(line);
        if (!(await isConfirmed(run, dry.erased, flags.yes))) return 1;
        return showSecrets(run, await dimension.scrub({ dryRun: false, signal }));
      }),
    );
  examples(command, ['alt scrub --dry-run', 'alt scrub --yes']);
}

async function isConfirmed(
  { dimension, output, signal }: Run,
  dry: EraseReceipt,
  isSure: boolean | undefined,
): Promise<boolean> {
  if (isSure !== true) for (const line of thingLines(dry)) output.note(line);
  const count = `${String(dry.streams)} thing(s) (${kindsOf(dry)})`;
  const question = `Erase ${count} from ${dimension.path} for good? Nothing brings them back.`;
  const isYes = await confirm({ question, yes: isSure, signal });
  if (!isYes) output.note('Aborted.');
  return isYes;
}

function show({ output }: Run, receipt: EraseReceipt): number {
  output.result(receipt, () => receiptLines(receipt).join('\n'));
  if (isStillThere(receipt)) return STILL_THERE;
  return receipt.not_found.length > 0 ? NOT_FOUND : 0;
}

const isStillThere = ({ found, pinned }: EraseReceipt): boolean =>
  (found?.length ?? 0) + pinned.length > 0;

const kindsOf = ({ kinds }: EraseReceipt): string =>
  Object.entries(kinds)
    .map(([kind, count]) => `${String(count)} ${kind}`)
    .join(', ');

function thingLines({ things, streams }: EraseReceipt): string[] {
  const shown = things.slice(0, SHOWN_MAX).map(({ id, kind, stream, derived }) => {
    return printable(`  - ${kind} ${id ?? stream}${derived ? ' (made from the others)' : ''}`);
  });
  const more = streams - shown.length;
  return more > 0 ? [...shown, `  … and ${String(more)} more`] : shown;
}

function receiptLines(receipt: EraseReceipt): string[] {
  const { dry_run, streams, events, bytes, not_found, files_removed } = receipt;
  const verb = dry_run ? 'Would erase' : 'Erased';
  return [
    `${verb} ${String(streams)} thing(s) (${kindsOf(receipt)}): ` +
      `${String(events)} event(s), ${String(bytes)} bytes of the log.`,
    ...(dry_run ? thingLines(receipt) : []),
    ...listed('Not found', not_found),
    ...listed('Removed, because it told of it', files_removed),
    ...remainderLines(receipt),
    ...unheardLines(receipt),
  ];
}

/** What is still there on this machine. */
function remainderLines({ found, said_by, pinned }: EraseReceipt): string[] {
  const files = found?.map(({ file }) => file) ?? [];
  return [
    ...listed('Bytes of it still stand in', files),
    ...listed('What stays and says some of the same ("alt erase" takes that too)', said_by),
    ...listed('Old pages stay until another process ends what it reads', pinned),
  ];
}

function unheardLines(receipt: EraseReceipt): string[] {
  const { replicas_unheard: replicas, remotes_unheard: remotes, keeps } = receipt;
  const named = remotes.map(({ name, location, keeps: keepers }) => {
    return `${name} (${location})${keepers.length > 0 ? `, kept by ${keepers.join(', ')}` : ''}`;
  });
  return [
    ...listed('Remotes that hear of it with the next push', named),
    ...listed(
      'Machines that hear of it with their next pull',
      replicas.map(({ replica, last_seen: at }) => `${replica}, last seen ${at}`),
    ),
    ...listed('Old versions of the files of this dimension may be kept by', keeps),
  ];
}

function listed(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, SHOWN_MAX).map((item) => printable(`  - ${item}`));
  const more = items.length - shown.length;
  return [`${title}:`, ...shown, ...(more > 0 ? [`  … and ${String(more)} more`] : [])];
}

function showSecrets({ output }: Run, report: ScrubReport): number {
  const { erased } = report;
  output.result(report, () => {
    if (!erased) return 'No secrets found.';
    const lines = erased.dry_run ? secretLines(report) : [];
    return [...lines, ...receiptLines(erased)].join('\n');
  });
  return erased && isStillThere(erased) ? STILL_THERE : 0;
}

function secretLines({ secrets, total }: ScrubReport): string[] {
  const lines = secrets.map(({ id, stream, format, excerpt }) => {
    return printable(`  - ${id ?? stream}  ${format}  ${excerpt}`);
  });
  const more = total > secrets.length ? [`  … and ${String(total - secrets.length)} more`] : [];
  return [`Secrets found (${String(total)}):`, ...lines, ...more];
}
