/** `kg-add`, `kg-query`, `kg-invalidate`: the knowledge graph. */
import type { Command } from 'commander';
import type { Fact } from '../../src/index.js';
import { factLine } from '../layout.js';
import { examples, fraction, wholeNumber } from '../options.js';
import type { Shell } from '../shell.js';

interface TripleFlags {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
}

export function addFactCommands(shell: Shell): void {
  addAdd(shell);
  addQuery(shell);
  addInvalidate(shell);
}

const takesTriple = (command: Command): Command =>
  command
    .requiredOption('-s, --subject <name>', 'what the fact is about')
    .requiredOption('-p, --predicate <name>', 'the relationship, such as works_at')
    .requiredOption('-o, --object <name>', 'what the subject is related to');

interface AddFlags extends TripleFlags {
  readonly source?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly confidence?: number;
}

function addAdd(shell: Shell): void {
  const command = takesTriple(shell.program.command('kg-add'))
    .description('Say that a relationship holds')
    .option('--source <label>', 'where it was said')
    .option('--valid-from <date>', 'since when: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ')
    .option('--valid-to <date>', 'until when')
    .option('--confidence <number>', 'how sure, 0 to 1', fraction)
    .action(
      shell.action({ creates: true }, async (run, flags: AddFlags) => {
        const { validFrom: valid_from, validTo: valid_to, ...rest } = flags;
        const input = { valid_from, valid_to, ...rest };
        const result = await run.library.OPERATIONS.kg_add.run(run.dimension, input);
        run.output.result(result, () => {
          const verb = result.created === true ? 'Added' : 'Already known:';
          return `${verb} fact #${String(result.fact_id)}`;
        });
      }),
    );
  examples(command, [
    'alt kg-add -s Ana -p works_at -o Volvo --valid-from 2024-03-01',
    'alt kg-add -s Ana -p likes -o tea --source "chat of Monday"',
  ]);
}

interface QueryFlags {
  readonly all?: boolean;
  readonly limit: number;
}

function addQuery(shell: Shell): void {
  const command = shell.program
    .command('kg-query')
    .description('Show what is known about a name, newest first')
    .argument('[entity]', 'a subject or object; every fact when absent')
    .option('-a, --all', 'every fact, whatever the name')
    .option('-l, --limit <n>', 'at most this many', wholeNumber(0, 10_000), 10_000)
    .action(
      shell.action({}, async (run, name: string | undefined, { all, limit }: QueryFlags) => {
        const input = all === true || name === undefined ? {} : { entity: name };
        const answer = await run.library.OPERATIONS.kg_query.run(run.dimension, input);
        const facts = (answer.facts as Fact[]).slice(0, limit);
        run.output.list(facts, facts, () => {
          return facts.length === 0 ? 'No facts found.' : facts.map(factLine).join('\n');
        });
      }),
    );
  examples(command, ['alt kg-query Ana', 'alt kg-query --all --json']);
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
