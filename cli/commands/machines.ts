/** `clone`, `remote`, `push`, `pull`, `merge`: one memory on several machines. */
import type { Command } from 'commander';
import type { RemoteStatus, TransferReport } from '../../src/index.js';
import { printable } from '../layout.js';
import { examples } from '../options.js';
import type { Dimension, PlainRun, Run, Shell } from '../shell.js';
import { exitOf, linesOf, travelling } from '../transfers.js';

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
    .argument('<remote>', 'the folder of the remote')
    .argument('[folder]', 'where the dimension is to be; must not exist (default: --dimension)')
    .action(
      shell.plain(async (run, remote: string, folder: string | undefined) => {
        const dimension = openAt(run, folder ?? run.settings.dimensionPath);
        try {
          const report = await travelling(run, (options) => dimension.clone(remote, options));
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
  examples(command, ['alt clone /media/usb/memory', 'alt clone ~/Sync/memory ~/work-memory']);
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

function addRemoteCommands(shell: Shell): void {
  const group = shell.program
    .command('remote')
    .description('The places over which the memory travels between machines');
  addRemoteAdd(shell, group);
  addRemoteList(shell, group);
  addRemoteRemove(shell, group);
  examples(group, ['alt remote add usb /media/usb/memory', 'alt remote list']);
}

function addRemoteAdd(shell: Shell, group: Command): void {
  const command = group
    .command('add')
    .description('Name a folder: on a stick, a share, or one that a file syncer carries')
    .argument('<name>', 'how it is called here')
    .argument('<folder>', 'an empty folder, or one that holds this memory already')
    .action(
      shell.action({}, async ({ dimension, output }, name: string, folder: string) => {
        await dimension.addRemote(name, folder);
        output.result({ added: name }, () => `Added remote: ${name}`);
      }),
    );
  examples(command, ['alt remote add usb /media/usb/memory', 'alt remote add sync ~/Sync/memory']);
}

function addRemoteList(shell: Shell, group: Command): void {
  const command = group
    .command('list')
    .description('Show the remotes and what was not shipped to them yet')
    .action(
      shell.action({}, async ({ dimension, output }) => {
        const remotes = await dimension.listRemotes();
        output.list(remotes, remotes, () => {
          return remotes.length === 0 ? 'No remotes.' : remotes.map(remoteLine).join('\n');
        });
      }),
    );
  examples(command, ['alt remote list', 'alt remote list --json']);
}

function addRemoteRemove(shell: Shell, group: Command): void {
  const command = group
    .command('remove')
    .description('Forget a remote; what lies there stays')
    .argument('<name>', 'as "alt remote list" shows it')
    .action(
      shell.action({}, async ({ dimension, output }, name: string) => {
        await dimension.removeRemote(name);
        output.result({ removed: name }, () => `Removed remote: ${name}`);
      }),
    );
  examples(command, ['alt remote remove usb']);
}

function remoteLine(remote: RemoteStatus): string {
  const { name, location, unshipped, unshipped_since: since, waiting } = remote;
  const ahead = unshipped > 0 ? `${String(unshipped)} events not shipped` : 'all shipped';
  const from = since === null ? '' : ` since ${since}`;
  const waits = waiting > 0 ? `, ${String(waiting)} parts wait` : '';
  return printable(`${name}  ${location}  ${ahead}${from}${waits}`);
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

function addPull(shell: Shell): void {
  const command = shell.program
    .command('pull')
    .description('Take in what other machines shipped: from all remotes, or from one')
    .argument('[name]', 'a remote of "alt remote list"')
    .action(
      shell.action({}, async (run, remote: string | undefined) => {
        const remotes = await travelling(run, (options) =>
          run.dimension.pull({ ...options, remote }),
        );
        return show(run, remotes, pulledLines);
      }),
    );
  examples(command, ['alt pull', 'alt pull usb']);
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
