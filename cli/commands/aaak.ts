/** `aaak` and `compress`: texts and memories in the compressed dialect. */
import { Option } from 'commander';
import type { Codebook, CompressedMemory, CompressOptions } from '../../src/index.js';
import { readInput } from '../input.js';
import { printable } from '../layout.js';
import { examples, realmFilter, wholeNumber } from '../options.js';
import { jsonText } from '../output.js';
import type { Run, Shell } from '../shell.js';

export function addAaakCommands(shell: Shell): void {
  addAaak(shell);
  addCompress(shell);
}

interface AaakFlags {
  readonly outputFormat: 'aaak' | 'json';
  readonly decompress?: boolean;
  readonly maxLen: number;
  readonly importance?: number;
  readonly entity?: string;
  readonly legend?: boolean;
  readonly stats?: boolean;
  readonly zettel?: boolean;
  readonly config?: string;
  readonly spec?: boolean;
}

const maxLen = (): Option =>
  new Option('--max-len <n>', 'the longest entry, in characters')
    .argParser(wholeNumber(20, 100_000))
    .default(500);

function addAaak(shell: Shell): void {
  const command = shell.program
    .command('aaak')
    .description('Compress a text to AAAK, or take an entry of it apart')
    .argument('[text]', 'a text or an entry; standard input for - and when absent')
    .addOption(
      new Option('--output-format <form>', 'the entry, or its parts as JSON')
        .choices(['aaak', 'json'])
        .default('aaak'),
    )
    .option('--decompress', 'print the text behind an entry, or what the entry says')
    .addOption(maxLen())
    .option('--importance <stars>', 'how much it matters, 1 to 5', wholeNumber(1, 5))
    .option('--entity <id>', 'compress the memory with that id')
    .option('--legend', 'add a line that says whose codes are used')
    .option('--stats', 'add what was saved, as estimates')
    .option('--zettel', 'print the line of an index instead')
    .option('--config <file>', 'take codes from this file: {"entities": {"Alice": "ALC"}}')
    .option('--spec', 'print what AAAK is')
    .action(
      shell.action({}, async (run, text: string | undefined, flags: AaakFlags) => {
        if (flags.spec === true) {
          const { spec, version } = await run.dimension.getAaakSpec();
          run.output.result({ spec, version }, () => spec);
          return;
        }
        await answer(run, text, flags);
      }),
    );
  examples(command, [
    'alt aaak "Alice loves Jordan, they have two kids: Riley (18, into sports)"',
    'alt aaak "FAM: ALC→♡JOR" --output-format json',
    'alt aaak --decompress "FAM: ALC→♡JOR"',
  ]);
}

async function answer(run: Run, given: string | undefined, flags: AaakFlags): Promise<void> {
  const { output, signal } = run;
  const text =
    flags.entity === undefined && (given === undefined || given === '-')
      ? await readInput(signal)
      : (given ?? '');
  const work = await Work.begin(run, flags);
  if (flags.outputFormat === 'json' || output.form !== 'text') {
    const parts = await work.parts(text);
    // The parts are JSON in either form of output.
    output.result(parts, () => jsonText(parts, 2));
    return;
  }
  const said = await (flags.decompress === true ? work.expanded(text) : work.entry(text));
  const stats = flags.stats === true ? statsLine(run, text, said) : '';
  output.result(said, () => `${printable(said)}\n${stats}`);
}

function statsLine({ library }: Run, text: string, entry: string): string {
  const stats = library.aaakCompressionStats(text, entry);
  const tokens = `${String(stats.original_tokens_est)} -> ${String(stats.summary_tokens_est)}`;
  return `# tokens (estimated) ${tokens}, ratio ${String(stats.size_ratio)}. ${stats.note}\n`;
}

/** One text and what was asked of it, with codes from a file or from the dimension. */
class Work {
  readonly #run: Run;
  readonly #flags: AaakFlags;
  readonly #codebook: Codebook | undefined;

  private constructor(run: Run, flags: AaakFlags, codebook: Codebook | undefined) {
    this.#run = run;
    this.#flags = flags;
    this.#codebook = codebook;
  }

  static async begin(run: Run, flags: AaakFlags): Promise<Work> {
    const { AaakDialect, Codebook, isAltError } = run.library;
    if (flags.config !== undefined) {
      return new Work(run, flags, AaakDialect.fromConfig(flags.config).codebook);
    }
    try {
      await run.dimension.getAaakSpec();
      return new Work(run, flags, undefined);
    } catch (error) {
      if (!isAltError(error) || flags.entity !== undefined) throw error;
      // The dialect needs no dimension: with one that cannot be read there are just no codes of it.
      run.output.warn(`${error.message} Codes are made up here.`);
      return new Work(run, flags, new Codebook());
    }
  }

  async entry(text: string): Promise<string> {
    const { dimension, library } = this.#run;
    const { maxLen, importance, legend, entity, zettel } = this.#flags;
    if (entity !== undefined) {
      const options = { maxLen, legend, ...(importance !== undefined && { importance }) };
      return dimension.aaakMemory(entity, options);
    }
    if (zettel === true) {
      const entities = Object.fromEntries(this.#codebook?.entries() ?? []);
      return text.trim() === '' ? '' : new library.AaakDialect({ entities }).compress(text);
    }
    const options: CompressOptions = { maxLen, importance, legend };
    return this.#codebook
      ? library.aaakCompress(text, { ...options, codebook: this.#codebook })
      : dimension.aaakCompress(text, options);
  }

  async expanded(text: string): Promise<string> {
    const { dimension, library } = this.#run;
    return this.#codebook
      ? library.aaakDecompress(text, { codebook: this.#codebook })
      : dimension.aaakDecompress(text);
  }

  async parts(text: string): Promise<Record<string, unknown>> {
    const { dimension, library } = this.#run;
    const codebook = this.#codebook;
    const isEntry = this.#flags.entity === undefined && library.aaakValidate(text);
    const aaak = isEntry ? text.trim() : await this.entry(text);
    const expansion = codebook
      ? library.aaakExpand(aaak, { codebook })
      : await dimension.aaakExpand(aaak);
    const parsed = codebook
      ? library.aaakParseEntry(aaak, { codebook })
      : await dimension.aaakParse(aaak);
    const stats = library.aaakCompressionStats(expansion.exact ? expansion.text : text, aaak);
    return { ...parsed, aaak, readable: expansion.text, exact: expansion.exact, stats };
  }
}

interface CompressFlags {
  readonly realm?: string;
  readonly dryRun?: boolean;
  readonly maxLen: number;
  readonly limit: number;
  readonly offset: number;
}

function addCompress(shell: Shell): void {
  const command = shell.program
    .command('compress')
    .description('Show memories as entries of AAAK, oldest first; their texts stay as they are')
    .addOption(realmFilter())
    .option('--dry-run', 'remember nothing of it')
    .addOption(maxLen())
    .option('-l, --limit <n>', 'at most this many', wholeNumber(1, 10_000), 1_000)
    .option('--offset <n>', 'leave out this many first', wholeNumber(0, 1_000_000_000), 0)
    .action(
      shell.action({}, async ({ dimension, output }, flags: CompressFlags) => {
        const memories = await dimension.aaakMemories(flags);
        output.list(memories, memories, () => {
          return memories.length === 0 ? 'No memories found.' : memories.map(lines).join('\n');
        });
      }),
    );
  examples(command, ['alt compress --realm work', 'alt compress --dry-run --ndjson']);
}

function lines(memory: CompressedMemory): string {
  const { realm, domain, source_file: source, original_tokens, aaak_tokens, aaak } = memory;
  const place = printable(`[${realm}/${domain}] ${source}`).trimEnd();
  const tokens = `${String(original_tokens)} -> ${String(aaak_tokens)}`;
  return `${place}\n  tokens (estimated) ${tokens}\n  ${printable(aaak)}`;
}
