/** `realms` and `rooms`: where memories are. */
import { domainLine, realmLine } from '../layout.js';
import { examples, realmFilter, type PlaceFlags } from '../options.js';
import type { Shell } from '../shell.js';

export function addRealmCommands(shell: Shell): void {
  const realms = shell.program
    .command('realms')
    .description('List realms with how many memories each has')
    .option('-v, --verbose', 'print descriptions too')
    .action(
      shell.action({}, async ({ dimension, output }, flags: { readonly verbose?: boolean }) => {
        const rows = await dimension.listRealms();
        output.list(rows, rows, () => {
          if (rows.length === 0) return 'No realms.';
          return rows.map((row) => realmLine(row, flags.verbose === true)).join('\n');
        });
      }),
    );
  examples(realms, ['alt realms', 'alt realms --verbose']);

  const rooms = shell.program
    .command('rooms')
    .alias('domains')
    .description('List domains with how many memories each has')
    .addOption(realmFilter())
    .action(
      shell.action({}, async ({ dimension, output }, flags: PlaceFlags) => {
        const rows = await dimension.listDomains(flags.realm);
        output.list(rows, rows, () => {
          return rows.length === 0 ? 'No domains.' : rows.map(domainLine).join('\n');
        });
      }),
    );
  examples(rooms, ['alt rooms', 'alt domains --realm personal']);
}
