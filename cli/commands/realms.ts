/** `realms`, `rooms`, `taxonomy`: where memories are. */
import type { Taxonomy } from '../../src/index.js';
import { domainLine, printable, realmLine } from '../layout.js';
import { examples, knownAt, type PlaceFlags, realmFilter } from '../options.js';
import type { Shell } from '../shell.js';

export function addRealmCommands(shell: Shell): void {
  const realms = shell.program
    .command('realms')
    .description('List realms with how many memories each has')
    .option('-v, --verbose', 'print descriptions too')
    .addOption(knownAt())
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
    .addOption(knownAt())
    .action(
      shell.action({}, async ({ dimension, output }, flags: PlaceFlags) => {
        const rows = await dimension.listDomains(flags.realm);
        output.list(rows, rows, () => {
          return rows.length === 0 ? 'No domains.' : rows.map(domainLine).join('\n');
        });
      }),
    );
  examples(rooms, ['alt rooms', 'alt domains --realm personal']);

  const taxonomy = shell.program
    .command('taxonomy')
    .description('Show at a glance how many memories each realm and domain has')
    .addOption(knownAt())
    .action(
      shell.action({}, async ({ dimension, output }) => {
        const tree = await dimension.getTaxonomy();
        output.result(tree, () => taxonomyLines(tree));
      }),
    );
  examples(taxonomy, ['alt taxonomy', 'alt taxonomy --json']);
}

function taxonomyLines(tree: Taxonomy): string {
  const realms = Object.entries(tree);
  if (realms.length === 0) return 'No realms.';
  const lines = realms.map(([realm, domains]) => {
    const rows = Object.entries(domains).map(([name, count]) => {
      return `  ${name.padEnd(20)}  ${String(count)} entities`;
    });
    return [printable(realm), ...rows.map(printable)].join('\n');
  });
  return lines.join('\n');
}
