/** `search` and `check-dup`: finding memories again. */
import { Option } from 'commander';
import { UsageError } from '../errors.js';
import { isInputTerminal, readInput, textOrInput } from '../input.js';
import { excerpt, hitLines, printable, type Hit } from '../layout.js';
import {
  domainFilter,
  examples,
  fraction,
  knownAt,
  type PlaceFlags,
  realmFilter,
  wholeNumber,
} from '../options.js';
import type { Run, Shell } from '../shell.js';

const TEXT_CHARACTERS_MAX = 300;
const DUPLICATE_CHARACTERS_MAX = 200;

export function addSearchCommands(shell: Shell): void {
  addSearch(shell);
  addCheckDuplicate(shell);
}

interface SearchFlags extends PlaceFlags {
  readonly limit: number;
  readonly mode: string;
  readonly explain?: boolean;
  readonly full?: boolean;
  readonly maxChars: number;
}

function addSearch(shell: Shell): void {
  const modes = ['hybrid', 'vector', 'keyword'];
  const command = shell.program
    .command('search')
    .description('Find memories by meaning and by words, best first')
    .argument('[query...]', 'a question or words; - or nothing reads it')
    .addOption(realmFilter())
    .addOption(domainFilter())
    .option('-l, --limit <n>', 'at most this many', wholeNumber(1, 100), 10)
    .addOption(new Option('--mode <mode>', 'what to go by').choices(modes).default('hybrid'))
    .option('--explain', 'show the numbers that each rank came from')
    .option('--full', 'show whole texts')
    .option('--max-chars <n>', 'of each text', wholeNumber(1, 1_000_000), TEXT_CHARACTERS_MAX)
    .addOption(knownAt())
    .action(
      shell.action({}, async (run, words: string[], flags: SearchFlags) => {
        const { limit: n_results, full, maxChars, explain = false, ...rest } = flags;
        const input = { query: await readQuery(words, run.signal), n_results, explain, ...rest };
        const answer = await run.library.OPERATIONS.search.run(run.dimension, input);
        const charactersMax = full === true ? Infinity : maxChars;
        printAnswer(run, answer as unknown as Answer, charactersMax);
      }),
    );
  examples(command, [
    'alt search "automobile repair"',
    'alt search brakes --mode keyword --realm personal --json',
  ]);
}

interface Answer {
  readonly results: readonly Hit[];
  readonly pending: number;
  readonly warnings: readonly string[];
}

async function readQuery(words: readonly string[], signal: AbortSignal): Promise<string> {
  const given = words.join(' ');
  if (given === '' && isInputTerminal()) {
    throw new UsageError('There is no query.', 'Try: alt search "automobile repair"');
  }
  const query = given === '' || given === '-' ? await readInput(signal) : given;
  if (query.trim() === '') throw new UsageError('The query is blank.');
  return query.trim();
}

function printAnswer({ output }: Run, answer: Answer, charactersMax: number): void {
  const { results, pending, warnings } = answer;
  for (const warning of warnings) output.warn(warning);
  if (pending > 0) {
    output.note(`${String(pending)} passages wait to be embedded: found by their words only.`);
  }
  const layout = { charactersMax, bold: (text: string) => output.bold(text) };
  output.list(answer, results, () => {
    if (results.length === 0) return 'No results found.';
    return results.map((hit, at) => hitLines(hit, at + 1, layout)).join('\n');
  });
}

function addCheckDuplicate(shell: Shell): void {
  const command = shell.program
    .command('check-dup')
    .description('Find a memory that says the same as a text')
    .argument('<content>', 'the text; - reads it')
    .option('--threshold <number>', 'similarity from which it counts, 0 to 1', fraction, 0.9)
    .action(
      shell.action({}, async (run, given: string, flags: { readonly threshold: number }) => {
        const content = await textOrInput(given, run.signal);
        const found = await run.dimension.checkDuplicate(content, flags.threshold);
        const { id = null, similarity = 0, text = null } = found.matches[0] ?? {};
        for (const warning of found.warnings) run.output.warn(warning);
        run.output.result({ ...found, id, similarity, text }, () => {
          if (id === null) return 'No duplicate found.';
          return [
            `Similar content found (similarity=${similarity.toFixed(4)}):`,
            `  ID:   ${printable(id)}`,
            `  Text: ${excerpt(text ?? '', DUPLICATE_CHARACTERS_MAX)}`,
          ].join('\n');
        });
      }),
    );
  examples(command, [
    'alt check-dup "The brakes of the Volvo were fixed."',
    'alt check-dup - --threshold 0.8 < note.txt',
  ]);
}
