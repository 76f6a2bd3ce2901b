/** `kg-add`, `kg-query`, `kg-invalidate`, `kg-stats`, `kg-timeline`: the knowledge graph. */
import { Option, type Command } from 'commander';
import type { Fact, FactQuery, TimelineQuery } from '../../src/index.js';
import { factLine } from '../layout.js';
import { examples, fraction, knownAt, wholeNumber } from '../options.js';
import { jsonText } from '../output.js';
import type { Run, Shell } from '../shell.js';

interface TripleFlags {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  readonly realm?: string;
}

export function addFactCommands(shell: Shell): void {
  addAdd(shell);
  addQuery(shell);
  addInvalidate(shell);
  addStats(shell);
  addTimeline(shell);
}

const takesTriple = (command: Command): Command =>
  command
    .requiredOption('-s, --subject <name>', 'what the fact is about')
    .requiredOption('-p, --predicate <name>', 'the relationship, such as works_at')
    .requiredOption('-o, --object <name>', 'what the subject is related to')
    .option('-w, --realm <name>', 'a fact of that realm alone, such as a persona has');

interface AddFlags extends TripleFlags {
  readonly source?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly confidence?: number;
  readonly replace?: boolean;
}

function addAdd(shell: Shell): void {
  const command = takesTriple(shell.program.command('kg-add'))
    .description('Say that a relationship holds')
    .option('--source <label>', 'where it was said')
    .option('--valid-from <date>', 'since when: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ')
    .option('--valid-to <date>', 'until when')
    .option('--confidence <number>', 'how sure, 0 to 1', fraction)
    .option('--replace', 'end what else is said of subject and predicate')
    .action(
      shell.action({ creates: true }, async (run, flags: AddFlags) => {
        const { subject, predicate, object, ...rest } = flags;
        const told = await run.dimension.kg.tell({ subject, predicate, object }, rest);
        run.output.result(told, () => {
          return `${told.created ? 'Added' : 'Already known:'} fact #${told.fact_id}`;
        });
      }),
    );
  examples(command, [
    'alt kg-add -s Ana -p works_at -o Volvo --valid-from 2024-03-01',
    'alt kg-add -s Ana -p likes -o tea --source "chat of Monday"',
  ]);
}

const ROWS_MAX = 1_000_000;

interface QueryFlags extends Pick<FactQuery, 'predicate' | 'asOf' | 'realm' | 'source'> {
  readonly direction: 'outgoing' | 'incoming' | 'both';
  readonly current?: boolean;
  readonly all?: boolean;
  readonly limit?: number;
  readonly offset?: number;
}

function addQuery(shell: Shell): void {
  const directions = new Option('--direction <side>', 'where the name stands: outgoing = subject');
  const command = shell.program
    .command('kg-query')
    .description('Show what is known about a name, newest first')
    .argument('[entity]', 'a subject or object; every fact when absent')
    .option('--predicate <name>', 'only this relationship')
    .option('--as-of <date>', 'what held then: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ')
    .addOption(directions.choices(['outgoing', 'incoming', 'both']).default('both'))
    .option('-w, --realm <name>', 'what holds in this realm: its facts and those of none')
    .option('--source <label>', 'only what was said there')
    .option('--current', 'only what holds now')
    .option('-a, --all', 'every fact, whatever name, relationship and side')
    .option('-l, --limit <n>', 'at most this many', wholeNumber(0, ROWS_MAX))
    .option('--offset <n>', 'leave out so many', wholeNumber(0, ROWS_MAX))
    .addOption(knownAt())
    .action(
      shell.action({}, async (run, entity: string | undefined, flags: QueryFlags) => {
        const { all, current: currentOnly, direction, predicate, ...rest } = flags;
        const side = all === true ? {} : { direction, predicate };
        const name = all === true ? undefined : entity;
        const { facts } = await run.dimension.kg.find(name, { ...rest, ...side, currentOnly });
        showFacts(run, facts);
      }),
    );
  examples(command, [
    'alt kg-query Ana',
    'alt kg-query Ana --as-of 2025-01-01',
    'alt kg-query --all --json',
  ]);
}

function showFacts(run: Run, facts: readonly Fact[]): void {
  run.output.list(facts, facts, () => {
    return facts.length === 0 ? 'No facts found.' : facts.map(factLine).join('\n');
  });
}

function addTimeline(shell: Shell): void {
  const command = shell.program
    .command('kg-timeline')
    .description('Show the facts about a name in the order in which they begin')
    .argument('[entity]', 'a subject or object; every fact when absent')
    .option('-w, --realm <name>', 'what holds in this realm: its facts and those of none')
    .option('--source <label>', 'only what was said there')
    .option('-l, --limit <n>', 'at most this many', wholeNumber(0, ROWS_MAX))
    .option('--offset <n>', 'leave out so many', wholeNumber(0, ROWS_MAX))
    .addOption(knownAt())
    .action(
      shell.action({}, async (run, entity: string | undefined, flags: TimelineQuery) => {
        const { facts } = await run.dimension.kg.pageTimeline(entity, flags);
        showFacts(run, facts);
      }),
    );
  examples(command, ['alt kg-timeline Ana', 'alt kg-timeline --limit 20 --json']);
}

function addStats(shell: Shell): void {
  const command = shell.program
    .command('kg-stats')
    .description('Count facts, names and relationships')
    .action(
      shell.action({}, async (run) => {
        const stats = await run.dimension.kg.stats();
        run.output.result(stats, () => jsonText(stats, 2));
      }),
    );
  examples(command, ['alt kg-stats', 'alt kg-stats --json']);
}

function addInvalidate(shell: Shell): void {
  const command = takesTriple(shell.program.command('kg-invalidate'))
    .description('Say that a relationship no longer holds')
    .option('--ended <date>', 'since when; now when absent')
    .action(
      shell.action({ creates: true }, async (run, flags: TripleFlags & { ended?: string }) => {
        const result = await run.library.OPERATIONS.kg_invalidate.run(run.dimension, flags);
        run.output.result(result, () => `Invalidated ${String(result.invalidated)} fact(s).`);
        return result.invalidated === 0 ? 3 : 0;
      }),
    );
  examples(command, [
    'alt kg-invalidate -s Ana -p works_at -o Volvo',
    'alt kg-invalidate -s Ana -p works_at -o Volvo --ended 2025-06-30',
  ]);
}
