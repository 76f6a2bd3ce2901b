/** `mine`: files and folders into memories. */
import { Option } from 'commander';
import type { MineReport } from '../../src/index.js';
import { embedPending } from '../embed-pending.js';
import { printable } from '../layout.js';
import { examples, wholeNumber, type PlaceFlags } from '../options.js';
import { Progress } from '../progress.js';
import type { Run, Shell } from '../shell.js';

const SOME_FILES_FAILED = 5;
const MODES = ['projects'];

interface MineFlags extends PlaceFlags {
  readonly agent: string;
  readonly dryRun?: boolean;
  readonly gitignore: boolean;
  readonly fileLimit?: number;
  readonly limit?: number;
  readonly wait: boolean;
}

export function addMineCommand(shell: Shell): void {
  const files = wholeNumber(1, 1_000_000);
  const command = shell.program
    .command('mine')
    .description('Remember text and Markdown files, cut into parts; again, only what changed')
    .argument('<path>', 'a file or a folder')
    .option('-w, --realm <name>', 'file it under this realm; by default the name of the folder')
    .option('-r, --domain <name>', 'file it under this domain; by default found from the path')
    .addOption(new Option('--mode <mode>', 'what the files are').choices(MODES).default(MODES[0]))
    .option('--agent <name>', 'who files it', 'alt-memory')
    .option('-n, --dry-run', 'write nothing, only say what would be filed')
    .option('--no-gitignore', 'read what .gitignore leaves out too')
    .option('--file-limit <n>', 'at most this many files that are new or changed', files)
    .addOption(new Option('--limit <n>', 'as --file-limit').argParser(files).hideHelp())
    .option('--no-wait', 'leave the vectors to the next search or server')
    .action(
      shell.action({ thread: 'worker' }, async (run, path: string, flags: MineFlags) => {
        if (flags.dryRun !== true) await run.dimension.init();
        const report = await mine(run, path, flags);
        const isEmbedding = flags.wait && flags.dryRun !== true && !run.signal.aborted;
        const pending = isEmbedding ? await embedPending(run) : undefined;
        run.output.result({ ...report, pending }, () => summary(report, path));
        return report.files_failed.length > 0 ? SOME_FILES_FAILED : 0;
      }),
    );
  examples(command, ['alt mine notes.md -w personal -r notes', 'alt mine ~/project --dry-run']);
}

async function mine(run: Run, path: string, flags: MineFlags): Promise<MineReport> {
  const { dimension, output, signal } = run;
  const { fileLimit = flags.limit, realm, domain, agent, gitignore, dryRun } = flags;
  const progress = new Progress(output, 'Files');
  let items = 0;
  try {
    return await dimension.mine(path, {
      ...{ realm, domain, agent, gitignore, dryRun, fileLimit, signal },
      onFile(file, done, total) {
        items += file.added;
        progress.update(done, total);
        if (file.status !== 'failed') return;
        progress.end();
        output.note(printable(`failed: ${file.file}: ${file.error ?? ''}`));
      },
    });
  } catch (error) {
    if (signal.aborted) output.note(`Mined ${String(items)} items before it was stopped.`);
    throw error;
  } finally {
    progress.end();
  }
}

function summary(report: MineReport, path: string): string {
  const { files_seen, files_unchanged, files_skipped, entities_removed, by_domain } = report;
  const verb = report.dry_run ? 'Would mine' : 'Mined';
  const domains = Object.entries(by_domain).map(([name, count]) => `${name} ${String(count)}`);
  const details = [
    `realm ${report.realm}`,
    `${String(files_seen)} files (${String(files_unchanged)} unchanged)`,
    ...(files_skipped.length > 0 ? [`${String(files_skipped.length)} skipped`] : []),
    ...(report.files_failed.length > 0 ? [`${String(report.files_failed.length)} failed`] : []),
    ...(entities_removed > 0 ? [`${String(entities_removed)} items gone`] : []),
  ];
  return [
    `${verb} ${String(report.entities_created)} items from ${path}`,
    `  ${details.join(', ')}`,
    ...(domains.length > 0 ? [`  domains: ${domains.join(', ')}`] : []),
  ].join('\n');
}
