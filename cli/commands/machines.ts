/** `clone`, `remote`, `push`, `pull`, `merge`: one memory on several machines. */
import type { TransferReport } from '../../src/index.js';
import { printable } from '../layout.js';
import { examples, wholeNumber } from '../options.js';
import type { Dimension, PlainRun, Run, Shell } from '../shell.js';
import { exitOf, linesOf, travelling } from '../transfers.js';
import { addRemoteCommands, reached, reachOf, type ReachFlags } from './remotes.js';

export function addMachineCommands(shell: Shell): void {
  addClone(shell);
  addRemoteCommands(shell);
  addPush(shell);
  addPull(shell);
  addMerge(shell);
}

function addClone(shell: Shell): void {
  const command = shell.program
    .command('clone')
    .description('Make this memory on another machine, from a remote')
    .argument('<remote>', 'a folder, or an address as of "alt remote add"')
    .argument('[folder]', 'where the dimension is to be; must not exist (default: --dimension)');
  reached(command).action(
    shell.plain(async (run, ...given: [string, string | undefined, ReachFlags]) => {
      const [remote, folder, flags] = given;
      const dimension = openAt(run, folder ?? run.settings.dimensionPath);
      try {
        const report = await travelling(run, (options) =>
          dimension.clone(remote, { ...reachOf(flags), ...options }),
        );
        const done = `Cloned ${remote} to ${dimension.path}.`;
        run.output.result({ path: dimension.path, ...report }, () =>
          [printable(done), ...pulledLines(report)].join('\n'),
        );
        return exitOf([report]);
      } finally {
        await dimension.close();
      }
    }),
  );
  examples(command, ['alt clone /media/usb/memory', 'alt clone s3://bucket/memory ~/work-memory']);
}

function openAt({ library, settings, output }: PlainRun, path: string): Dimension {
  const { session } = settings;
  return new library.Dimension({
    path,
    actor: { kind: 'cli', tool: 'clone', ...(session !== undefined && { session }) },
    onWarning: ({ message }) => {
      output.warn(message);
    },
  });
}

function addPush(shell: Shell): void {
  const command = shell.program
    .command('push')
    .description('Ship what is new here: to all remotes, or to one')
    .argument('[name]', 'a remote of "alt remote list"')
    .action(
      shell.action({}, async (run, remote: string | undefined) => {
        const remotes = await travelling(run, (options) =>
          run.dimension.push({ ...options, remote }),
        );
        return show(run, remotes, pushedLines);
      }),
    );
  examples(command, ['alt push', 'alt push usb --json']);
}

interface PullFlags {
  readonly watch?: boolean;
  readonly every?: number;
}

function addPull(shell: Shell): void {
  const command = shell.program
    .command('pull')
    .description('Take in what other machines shipped: from all remotes, or from one')
    .argument('[name]', 'a remote of "alt remote list"')
    .option('--watch', 'go on with whatever arrives, until stopped')
    .option(
      '--every <seconds>',
      'with --watch: how often remotes are asked that are no folders (default: 30)',
      wholeNumber(1, 86_400),
    )
    .action(
      shell.action({}, async (run, remote: string | undefined, flags: PullFlags) => {
        if (flags.watch === true) return watch(run, remote, flags);
        const remotes = await travelling(run, (options) =>
          run.dimension.pull({ ...options, remote }),
        );
        return show(run, remotes, pulledLines);
      }),
    );
  examples(command, ['alt pull', 'alt pull usb', 'alt pull --watch']);
}

async function watch(
  { dimension, library, output, signal }: Run,
  remote: string | undefined,
  { every }: PullFlags,
): Promise<number> {
  const everyMs = every === undefined ? undefined : every * 1_000;
  for await (const report of library.followRemotes(dimension, { remote, everyMs, signal })) {
    output.row(report, () => pulledLines(report).join('\n'));
  }
  return 0;
}

function addMerge(shell: Shell): void {
  const command = shell.program
    .command('merge')
    .description('Take in another copy of this memory, once; nothing is written there')
    .argument('<folder>', 'a dimension, its log, or the folder of a remote')
    .action(
      shell.action({}, async (run, folder: string) => {
        const report = await travelling(run, (options) => run.dimension.merge(folder, options));
        run.output.result(report, () => pulledLines(report).join('\n'));
        return exitOf([report]);
      }),
    );
  examples(command, ['alt merge /media/usb/old-memory', 'alt merge ~/backup/memory/log']);
}

function show(
  { output }: Run,
  remotes: readonly TransferReport[],
  lines: (report: TransferReport) => string[],
): number {
  output.list({ remotes }, remotes, () => remotes.flatMap(lines).join('\n'));
  return exitOf(remotes);
}

const pushedLines = (report: TransferReport): string[] => linesOf(report, 'sent');
const pulledLines = (report: TransferReport): string[] => linesOf(report, 'received');
