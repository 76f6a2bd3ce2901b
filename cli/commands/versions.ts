/** `history`, `blame`, `undelete`, `dedup`: what memories were, and which say the same. */
import type { Blame, BlamedLine, EntityVersion } from '../../src/index.js';
import { confirm } from '../input.js';
import { excerpt, printable } from '../layout.js';
import { examples, fraction, realmFilter, wholeNumber, yes } from '../options.js';
import type { PlaceFlags, YesFlag } from '../options.js';
import type { Run, Shell } from '../shell.js';

const VERSION_CHARACTERS_MAX = 120;
const MACHINE_CHARACTERS = 8;

export function addVersionCommands(shell: Shell): void {
  addHistory(shell);
  addBlame(shell);
  addUndelete(shell);
  addDedup(shell);
}

function addHistory(shell: Shell): void {
  const command = shell.program
    .command('history')
    .description('Show every version of a memory, oldest first')
    .argument('<id>', 'its id; also of one that was deleted')
    .action(
      shell.action({}, async (run, id: string) => {
        const versions = await run.dimension.entityHistory(id);
        run.output.list(versions, versions, () => {
          if (versions.length === 0) return 'No versions found.';
          return versions.map(versionLine).join('\n');
        });
        return versions.length === 0 ? 3 : 0;
      }),
    );
  examples(command, ['alt history ent_01hq…', 'alt history ent_01hq… --json']);
}

function versionLine(version: EntityVersion): string {
  const { at, type, realm, domain, content, deleted } = version;
  const when = new Date(at).toLocaleString('sv-SE');
  const said = deleted ? '(deleted)' : excerpt(content, VERSION_CHARACTERS_MAX);
  return printable(`${when}  ${type.padEnd(14)}  ${realm} / ${domain}  ${said}`);
}

function addBlame(shell: Shell): void {
  const command = shell.program
    .command('blame')
    .description('Show of each line of a memory who wrote it, when and from where')
    .argument('<id>', 'its id; also of one that was deleted')
    .action(
      shell.action({}, async ({ dimension, output }, id: string) => {
        const blame = await dimension.blame(id);
        const nothing = { entity_id: id, deleted: false, source_file: '', lines: [] };
        output.list(blame ?? nothing, blame?.lines ?? [], () => {
          return blame
            ? blame.lines.map((line) => blamedLine(blame, line)).join('\n')
            : 'Not found.';
        });
        return blame ? 0 : 3;
      }),
    );
  examples(command, ['alt blame ent_01hq…', 'alt blame ent_01hq… --json']);
}

function blamedLine({ source_file: file }: Blame, blamed: BlamedLine): string {
  const { at, actor, event, line, text, source_line: place } = blamed;
  const when = new Date(at).toLocaleString('sv-SE');
  const who = [actor.kind, actor.tool, actor.session].filter(Boolean).join(':');
  const [machine = '', seq = ''] = event.split(':');
  const name = `${machine.slice(0, MACHINE_CHARACTERS)}:${seq}`;
  const from = place === null ? '' : ` ${file.replace(/^.*[/\\]/, '')}:${String(place)}`;
  return printable(`${name}  ${when}  ${who}${from}  ${String(line)}) ${text}`);
}

function addUndelete(shell: Shell): void {
  const command = shell.program
    .command('undelete')
    .description('Bring a deleted memory back as it last was')
    .argument('<id>', 'its id')
    .action(
      shell.action({}, async (run, id: string) => {
        const restored = await run.dimension.restoreEntity(id);
        run.output.result({ restored, id }, () => (restored ? 'Restored.' : 'Not found.'));
        return restored ? 0 : 3;
      }),
    );
  examples(command, ['alt undelete ent_01hq…', 'alt log --type EntityDeleted --limit 5']);
}

interface DedupFlags extends Pick<PlaceFlags, 'realm'>, YesFlag {
  readonly threshold: number;
  readonly source?: string;
  readonly minCount: number;
  readonly apply?: boolean;
}

function addDedup(shell: Shell): void {
  const command = shell.program
    .command('dedup')
    .description('Find memories of one source that say what an older one says')
    .addOption(realmFilter())
    .option('--threshold <number>', 'similarity from which they do, 0 to 1', fraction, 0.9)
    .option('--source <text>', 'only sources whose name holds this')
    .option('--min-count <n>', 'only sources with so many memories', wholeNumber(1, 1_000_000), 5)
    .option('--apply', 'delete them; without it they are only listed')
    .addOption(yes())
    .action(shell.action({}, runDedup));
  examples(command, ['alt dedup', 'alt dedup --source notes.md --threshold 0.95 --apply --yes']);
}

async function runDedup(run: Run, flags: DedupFlags): Promise<number> {
  const { dimension, output, signal } = run;
  const { apply, yes: isSure, ...options } = flags;
  const question = `Delete memories that say the same from ${dimension.path}?`;
  if (apply === true && !(await confirm({ question, yes: isSure, signal }))) {
    output.note('Aborted.');
    return 1;
  }
  const result = await dimension.dedup({ ...options, dryRun: apply !== true, signal });
  for (const warning of result.warnings) output.warn(warning);
  output.result(result, () => {
    const { deleted, kept, sources, dry_run } = result;
    const ids = deleted.map((id) => `  - ${printable(id)}`);
    const verb = dry_run ? 'Would delete' : 'Deleted';
    const count = `${String(deleted.length)} of ${String(deleted.length + kept.length)}`;
    return [`${verb} ${count} memories of ${String(sources)} source(s).`, ...ids].join('\n');
  });
  return 0;
}
