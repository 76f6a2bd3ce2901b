/** `add`, `get`, `list`, `update`, `delete`: memories one by one. */
import { UsageError } from '../errors.js';
import { confirm, idsOrInput, textOrInput } from '../input.js';
import { entityLines, printable } from '../layout.js';
import {
  domainFilter,
  examples,
  jsonObject,
  knownAt,
  type PlaceFlags,
  realmFilter,
  wholeNumber,
  yes,
  type YesFlag,
} from '../options.js';
import { isOutTerminal, jsonText } from '../output.js';
import type { Run, Shell } from '../shell.js';

/** Of each memory, on a terminal; piped output is never cut. */
const TERMINAL_CHARACTERS_MAX = 300;

export function addEntityCommands(shell: Shell): void {
  addAdd(shell);
  addGet(shell);
  addList(shell);
  addUpdate(shell);
  addDelete(shell);
}

interface AddFlags {
  readonly realm: string;
  readonly domain: string;
  readonly content: string;
  readonly meta?: Record<string, unknown>;
  readonly source?: string;
  readonly id?: string;
}

function addAdd(shell: Shell): void {
  const command = shell.program
    .command('add')
    .description('Remember one text')
    .requiredOption('-w, --realm <name>', 'the realm: a top-level bucket')
    .requiredOption('-r, --domain <name>', 'the domain: a category within the realm')
    .requiredOption('-c, --content <text>', 'the text, at most 1,000,000 characters; - reads it')
    .option('-m, --meta <json>', 'further particulars, a JSON object', jsonObject)
    .option('-s, --source <label>', 'where it comes from: a path or a name')
    .option('--id <id>', 'an id of your own; made up when absent')
    .action(
      shell.action({ creates: true }, async (run, flags: AddFlags) => {
        const content = await textOrInput(flags.content, run.signal);
        const { entity_id: id, ...rest } = await run.dimension.fileEntity(
          flags.realm,
          flags.domain,
          { content, metadata: flags.meta, sourceFile: flags.source, entityId: flags.id },
        );
        run.output.result({ id, ...rest }, () => {
          return rest.created ? `Added entity: ${id}` : `Already there: ${id}`;
        });
      }),
    );
  examples(command, [
    'alt add -w personal -r cars -c "Fixed the brakes of the old Volvo."',
    'git log -1 | alt add -w work -r releases -c - -s git',
  ]);
}

function addGet(shell: Shell): void {
  const command = shell.program
    .command('get')
    .description('Show memories by id, as JSON')
    .argument('<ids...>', 'ids; - reads them, one a line')
    .addOption(knownAt())
    .action(
      shell.action({}, async (run, ids: string[]) => {
        const wanted = await idsOrInput(ids, run.signal);
        const found = [];
        const missing: string[] = [];
        for (const id of wanted) {
          const entity = await run.dimension.getEntity(id);
          if (entity) found.push(entity);
          else missing.push(id);
        }
        const isOne = ids.length === 1 && ids[0] !== '-';
        const value = isOne ? found[0] : found;
        if (!isOne || found.length > 0) {
          run.output.list(value, found, () => jsonText(value, 2));
        }
        if (missing.length > 0) throw missingIds(run, missing);
      }),
    );
  examples(command, ['alt get ent_01hq…', 'alt list --ndjson | jq -r .id | alt get -']);
}

function missingIds({ library }: Run, ids: readonly string[]): Error {
  const shown = ids.map((id) => `'${printable(id)}'`).join(', ');
  return new library.AltError('NOT_FOUND', `No memory has the id ${shown}.`, {
    hint: 'Run "alt list" or "alt search" to find ids.',
  });
}

interface ListFlags extends PlaceFlags {
  readonly limit: number;
  readonly offset: number;
  readonly source?: string;
  readonly oldestFirst?: boolean;
  readonly full?: boolean;
}

function addList(shell: Shell): void {
  const command = shell.program
    .command('list')
    .description('List memories, newest first')
    .addOption(realmFilter())
    .addOption(domainFilter())
    .option('-l, --limit <n>', 'at most this many', wholeNumber(0, 10_000), 20)
    .option('-o, --offset <n>', 'leave out this many', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('-s, --source <label>', 'only memories of this source')
    .option('--oldest-first', 'in the order in which they were filed')
    .option('--full', 'print whole texts on a terminal too')
    .addOption(knownAt())
    .action(
      shell.action({}, async ({ dimension, output }, { full, ...flags }: ListFlags) => {
        const { source: sourceFile, oldestFirst, ...rest } = flags;
        const order = oldestFirst === true ? 'asc' : 'desc';
        const page = await dimension.pageEntities({ ...rest, sourceFile, order });
        const isCut = full !== true && isOutTerminal();
        const max = isCut ? TERMINAL_CHARACTERS_MAX : Infinity;
        output.list(page, page.entities, () => {
          if (page.entities.length === 0) return 'No entities found.';
          return page.entities.map((entity) => entityLines(entity, max)).join('\n');
        });
      }),
    );
  examples(command, ['alt list', 'alt list -w personal -l 100 --json']);
}

interface UpdateFlags extends PlaceFlags {
  readonly content?: string;
  readonly meta?: Record<string, unknown>;
}

function addUpdate(shell: Shell): void {
  const command = shell.program
    .command('update')
    .description('Change the text, particulars or place of a memory')
    .argument('<id>', 'its id')
    .option('-c, --content <text>', 'the new text; - reads it')
    .option('-m, --meta <json>', 'merged into the particulars; null takes a key away', jsonObject)
    .option('-w, --realm <name>', 'move it to this realm')
    .option('-r, --domain <name>', 'move it to this domain')
    .action(
      shell.action({ creates: true }, async (run, id: string, flags: UpdateFlags) => {
        if (Object.keys(flags).length === 0) {
          throw new UsageError('Nothing to change was given.', `Try: alt update ${id} -c TEXT`);
        }
        const { content: given, meta: metadata, ...place } = flags;
        const content = given === undefined ? undefined : await textOrInput(given, run.signal);
        const input = { entity_id: id, content, metadata, ...place };
        const result = await run.library.OPERATIONS.update_entity.run(run.dimension, input);
        const changed = result.changed as string[];
        run.output.result(result, () => {
          return changed.length > 0 ? `Updated: ${changed.join(', ')}` : 'Already so.';
        });
      }),
    );
  examples(command, [
    'alt update ent_01hq… -c "Sold the old Volvo."',
    `alt update ent_01hq… -m '{"topic": "cars"}' -r history`,
  ]);
}

function addDelete(shell: Shell): void {
  const command = shell.program
    .command('delete')
    .description('Take memories out of sight; their history stays in the log')
    .argument('<ids...>', 'ids; - reads them, one a line')
    .addOption(yes())
    .action(
      shell.action({}, async (run, given: string[], flags: YesFlag) => {
        const ids = [...new Set(await idsOrInput(given, run.signal))];
        if (ids.length === 1) return deleteOne(run, ids[0] ?? '');
        const question = `Delete ${String(ids.length)} memories from ${run.dimension.path}?`;
        if (!(await confirm({ question, yes: flags.yes, signal: run.signal }))) {
          run.output.note('Aborted.');
          return 1;
        }
        const result = await run.dimension.removeEntities(ids);
        run.output.result(result, () => `Deleted ${String(result.deleted)}.`);
        if (result.missing.length > 0) throw missingIds(run, result.missing);
        return 0;
      }),
    );
  examples(command, ['alt delete ent_01hq…', 'alt delete ent_01hq… ent_01hr… --yes']);
}

async function deleteOne({ dimension, output }: Run, id: string): Promise<number> {
  const deleted = await dimension.deleteEntity(id);
  output.result({ deleted, id }, () => (deleted ? 'Deleted.' : 'Not found.'));
  return deleted ? 0 : 3;
}
