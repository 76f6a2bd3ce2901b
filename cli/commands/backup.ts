/** `export` and `import`: memories out of a dimension and into one. */
import { Option } from 'commander';
import type { ImportReport, SkippedItem } from '../../src/index.js';
import { UsageError } from '../errors.js';
import { inputChunks } from '../input.js';
import { printable } from '../layout.js';
import { domainFilter, examples, realmFilter, type PlaceFlags } from '../options.js';
import { writeOutInTurn } from '../output.js';
import { Progress } from '../progress.js';
import type { Run, Shell } from '../shell.js';

/** As the library has them; help must not load it. */
const FORMATS = ['jsonl', 'json', 'markdown', 'events'] as const;
/** Of the items left out, on a terminal. */
const PROBLEMS_SHOWN = 20;

export function addBackupCommands(shell: Shell): void {
  addExport(shell);
  addImport(shell);
}

interface ExportFlags extends PlaceFlags {
  readonly format: (typeof FORMATS)[number];
  readonly output: string;
}

function addExport(shell: Shell): void {
  const command = shell.program
    .command('export')
    .description('Write memories out whole, oldest first')
    .addOption(realmFilter())
    .addOption(domainFilter())
    .addOption(
      new Option('--format <name>', 'one memory a line, a list, a folder, or the whole log')
        .choices(FORMATS)
        .default('jsonl'),
    )
    .option('-o, --output <path>', 'a file, for markdown a folder; - prints', '-')
    .action(
      shell.action({}, async (run, { format, output, ...place }: ExportFlags) => {
        if (format === 'markdown') return exportFolder(run, output, place);
        const texts = run.dimension.exportText({ format, ...place });
        if (output === '-') await writeOutInTurn(texts, run.signal);
        else await run.library.writeExportFile(output, texts);
        return undefined;
      }),
    );
  examples(command, [
    'alt export > memories.jsonl',
    'alt export --format markdown -w work -o ~/memories',
  ]);
}

async function exportFolder(run: Run, folder: string, place: PlaceFlags): Promise<void> {
  if (folder === '-') {
    throw new UsageError('Markdown is a folder of files.', 'Name it with --output FOLDER.');
  }
  const counts = await run.dimension.exportMarkdown(folder, place);
  run.output.result(counts, () => {
    if (counts.entities === 0) return 'No memories: nothing was written.';
    const { entities, domains, realms } = counts;
    return (
      `Exported ${String(entities)} memories of ${String(domains)} domain(s) ` +
      `in ${String(realms)} realm(s).`
    );
  });
}

interface ImportFlags {
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
}

function addImport(shell: Shell): void {
  const command = shell.program
    .command('import')
    .description('Take in what export wrote: a JSON list, or one memory a line')
    .argument('<file>', 'the file; - reads standard input')
    .option('--overwrite', 'replace a memory whose id is in use, instead of leaving the item out')
    .option('-n, --dry-run', 'only say what would happen')
    .action(shell.action({}, importFile));
  examples(command, [
    'alt import memories.jsonl',
    'ssh laptop alt export | alt import - --dry-run --json',
  ]);
}

async function importFile(run: Run, file: string, flags: ImportFlags): Promise<number> {
  const { dimension, library, output, signal } = run;
  // What only looks creates nothing.
  if (flags.dryRun !== true) await dimension.init();
  const progress = new Progress(output, 'Memories read');
  const chunks = file === '-' ? inputChunks(signal) : library.readImportFile(file);
  try {
    const report = await dimension.importEntitiesReport(library.readItems(chunks), {
      ...flags,
      signal,
      onProgress: progress.update,
    });
    progress.end();
    output.result(report, () => reportLines(report, flags.dryRun === true));
    return report.skipped_invalid.length > 0 ? 5 : 0;
  } finally {
    progress.end();
  }
}

function reportLines(report: ImportReport, isDryRun: boolean): string {
  const verb = isDryRun ? 'Would import' : 'Imported';
  const replaced = report.overwritten > 0 ? `, ${String(report.overwritten)} replaced` : '';
  const there = report.skipped_existing;
  const skipped = there > 0 ? `, ${String(there)} left out: their ids are in use` : '';
  const wrong = report.skipped.filter(({ reason }) => reason !== 'exists');
  const more = wrong.length - PROBLEMS_SHOWN;
  return [
    `${verb} ${String(report.imported)} of ${String(report.count)}${replaced}${skipped}.`,
    ...wrong.slice(0, PROBLEMS_SHOWN).map(problemLine),
    ...(more > 0 ? [`  … and ${String(more)} more`] : []),
  ].join('\n');
}

function problemLine({ index, id, error = '' }: SkippedItem): string {
  const name = id === undefined ? '' : ` (${id})`;
  return printable(`  - item ${String(index)}${name}: ${error}`);
}
