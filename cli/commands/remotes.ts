/** `remote`: the places over which the memory travels, and how they are reached. */
import type { Command } from 'commander';
import type { RemoteOptions, RemoteStatus } from '../../src/index.js';
import { printable } from '../layout.js';
import { examples } from '../options.js';
import type { Shell } from '../shell.js';

export interface ReachFlags extends Omit<RemoteOptions, 'keyFile'> {
  readonly encryptKey?: string;
}

/** What they say, as the library takes it. */
export function reachOf({ encryptKey, ...options }: ReachFlags): RemoteOptions {
  return { ...options, keyFile: encryptKey };
}

/** The options that say how a remote is reached. */
export function reached(command: Command): Command {
  return command
    .option('--endpoint <url>', 'of S3 storage that is not Amazon’s: its server')
    .option('--region <name>', 'of S3 storage')
    .option('--token-file <path>', 'of another machine: the file with the token of "alt serve"')
    .option('--token-env <name>', 'or the variable that holds it (default: ALT_REMOTE_TOKEN)')
    .option('--insecure-http', 'of another machine: plain http:// also outside this one')
    .option('--encrypt-key <file>', 'encrypt what leaves, with the age key of this file')
    .option('--passphrase-env <name>', 'encrypt it with the passphrase in this variable');
}

export function addRemoteCommands(shell: Shell): void {
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
    .description(
      'Name a place: a folder on a stick, a share or in a file syncer, S3, another machine',
    )
    .argument('<name>', 'how it is called here')
    .argument(
      '<place>',
      'a folder, s3://bucket/prefix or https://host; empty or holding this memory already',
    );
  reached(command).action(
    shell.action({}, async (run, ...given: [string, string, ReachFlags]) => {
      const [name, place, flags] = given;
      await run.dimension.addRemote(name, place, reachOf(flags));
      run.output.result({ added: name }, () => `Added remote: ${name}`);
    }),
  );
  examples(command, [
    'alt remote add usb /media/usb/memory',
    'alt remote add cloud s3://bucket/memory --endpoint https://s3.example.org',
  ]);
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
  const { name, location, encrypted, unshipped, unshipped_since: since, waiting } = remote;
  const ahead = unshipped > 0 ? `${String(unshipped)} events not shipped` : 'all shipped';
  const from = since === null ? '' : ` since ${since}`;
  const waits = waiting > 0 ? `, ${String(waiting)} parts wait` : '';
  return printable(
    `${name}  ${location}${encrypted ? ' (encrypted)' : ''}  ${ahead}${from}${waits}`,
  );
}
