/** `backup`, `restore`: the whole log in another folder, and a dimension made of it again. */
import type { Restored } from '../../src/index.js';
import { printable } from '../layout.js';
import { examples } from '../options.js';
import type { Shell } from '../shell.js';
import { exitOf, linesOf, travelling } from '../transfers.js';

export function addSafekeepingCommands(shell: Shell): void {
  addBackup(shell);
  addRestore(shell);
}

function addBackup(shell: Shell): void {
  const command = shell.program
    .command('backup')
    .description('Copy what is new to a folder, from which "alt restore" makes a dimension again')
    .argument('<folder>', 'an empty folder, or one that holds a backup of this dimension')
    .action(
      shell.action({}, async (run, folder: string) => {
        const report = await travelling(run, (options) => run.dimension.backup(folder, options));
        run.output.result(report, () => linesOf(report, 'copied').join('\n'));
        return exitOf([report]);
      }),
    );
  examples(command, ['alt backup /media/usb/backup', 'alt backup ~/backups/memory --json']);
}

interface RestoreFlags {
  readonly into: string;
  readonly to?: string;
}

function addRestore(shell: Shell): void {
  const command = shell.program
    .command('restore')
    .description('Make a dimension again from a backup, as it was at any point')
    .argument('<folder>', 'a backup, the folder of a remote, or a dimension')
    .requiredOption('--into <folder>', 'where the new dimension is to be; must not exist')
    .option('--to <point>', 'a moment, an event of "alt log", or a cursor (default: everything)')
    .action(
      shell.plain(async (run, from: string, flags: RestoreFlags) => {
        const { settings, library, output } = run;
        const { session } = settings;
        const done = await travelling(run, (options) =>
          library.restoreDimension({
            ...options,
            ...flags,
            from,
            actor: { kind: 'cli', tool: 'restore', ...(session !== undefined && { session }) },
            onWarning: ({ message }) => {
              output.warn(message);
            },
          }),
        );
        output.result(done, () => printable(restoredLine(done)));
      }),
    );
  examples(command, [
    'alt restore /media/usb/backup --into ~/memory-again',
    'alt restore ~/backups/memory --to 2026-11-24 --into ~/memory-of-monday',
  ]);
}

function restoredLine({ path, events, erasures }: Restored): string {
  const erased = erasures > 0 ? `; ${String(erasures)} later erasures hold in it as well` : '';
  return `Restored ${String(events)} events to ${path}${erased}.`;
}
