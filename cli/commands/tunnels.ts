/** `tunnel`: links between domains, and walking along them. */
import type { Command } from 'commander';
import type { Tunnel, TunnelConnection, TunnelKind } from '../../src/index.js';
import { bridgeLine, connectionLines, stepLine, tunnelLine } from '../graph-layout.js';
import { examples, realmFilter, wholeNumber, type PlaceFlags } from '../options.js';
import type { Shell } from '../shell.js';

export function addTunnelCommands(shell: Shell): void {
  const tunnel = shell.program
    .command('tunnel')
    .description('List, make and follow links between domains');
  addList(tunnel, shell);
  addCreate(tunnel, shell);
  addDelete(tunnel, shell);
  addFind(tunnel, shell);
  addFollow(tunnel, shell);
  addTraverse(tunnel, shell);
  examples(tunnel, [
    'alt tunnel',
    'alt tunnel create work bugs personal learnings --label "same root cause"',
    'alt tunnel traverse bugs',
  ]);
}

interface ListFlags extends PlaceFlags {
  readonly kind?: TunnelKind;
}

function addList(tunnel: Command, shell: Shell): void {
  const command = tunnel
    .command('list', { isDefault: true })
    .description('List tunnels, oldest first')
    .addOption(realmFilter())
    .option('-k, --kind <kind>', 'only explicit, topic or entity')
    .action(
      shell.action({}, async (run, flags: ListFlags) => {
        const { OPERATIONS } = run.library;
        const answer = await OPERATIONS.list_tunnels.run(run.dimension, flags);
        const tunnels = answer.tunnels as Tunnel[];
        run.output.list(tunnels, tunnels, () => {
          return tunnels.length === 0 ? 'No tunnels.' : tunnels.map(tunnelLine).join('\n');
        });
      }),
    );
  examples(command, ['alt tunnel list --realm work', 'alt tunnel list --kind explicit --json']);
}

interface CreateFlags {
  readonly label?: string;
  readonly sourceEntity?: string;
  readonly targetEntity?: string;
}

function addCreate(tunnel: Command, shell: Shell): void {
  const command = tunnel
    .command('create')
    .description('Link two domains; linked already, they get the new label')
    .argument('<source-realm>')
    .argument('<source-domain>')
    .argument('<target-realm>')
    .argument('<target-domain>')
    .option('--label <text>', 'why they are linked')
    .option('--source-entity <id>', 'a memory in the source that it is about')
    .option('--target-entity <id>', 'a memory in the target that it is about')
    .action(
      shell.action({}, async (run, ...given: [string, string, string, string, CreateFlags]) => {
        const [source_realm, source_domain, target_realm, target_domain, flags] = given;
        const { label, sourceEntity: source_entity_id, targetEntity: target_entity_id } = flags;
        const places = { source_realm, source_domain, target_realm, target_domain };
        const input = { ...places, label, source_entity_id, target_entity_id };
        const answer = await run.library.OPERATIONS.create_tunnel.run(run.dimension, input);
        run.output.result(answer, () => {
          const verb = answer.created === true ? 'Created' : 'Already there:';
          return `${verb}\n${tunnelLine(answer.tunnel as Tunnel)}`;
        });
      }),
    );
  examples(command, [
    'alt tunnel create work bugs personal learnings',
    'alt tunnel create work bugs personal learnings --label "same root cause"',
  ]);
}

function addDelete(tunnel: Command, shell: Shell): void {
  const command = tunnel
    .command('delete')
    .description('Unlink two domains; what is in them stays')
    .argument('<id>', 'the id of the tunnel, as "alt tunnel" lists it')
    .action(
      shell.action({}, async (run, tunnel_id: string) => {
        const { OPERATIONS } = run.library;
        const answer = await OPERATIONS.delete_tunnel.run(run.dimension, { tunnel_id });
        run.output.result(answer, () => (answer.deleted === true ? 'Deleted.' : 'Not found.'));
        return answer.deleted === true ? 0 : 3;
      }),
    );
  examples(command, [
    'alt tunnel delete 0123456789abcdef',
    'alt tunnel delete 0123456789abcdef --json',
  ]);
}

function addFind(tunnel: Command, shell: Shell): void {
  const command = tunnel
    .command('find')
    .description('Show what joins two realms: shared domains and tunnels')
    .argument('[realm-a]', 'a realm; any two when absent')
    .argument('[realm-b]', 'the other realm')
    .action(
      shell.action({}, async (run, realm_a?: string, realm_b?: string) => {
        const { OPERATIONS } = run.library;
        const answer = await OPERATIONS.find_tunnels.run(run.dimension, { realm_a, realm_b });
        for (const warning of (answer.warnings ?? []) as string[]) run.output.warn(warning);
        const bridges = answer.bridges as Parameters<typeof bridgeLine>[0][];
        run.output.list(bridges, bridges, () => {
          return bridges.length === 0 ? 'Nothing joins them.' : bridges.map(bridgeLine).join('\n');
        });
      }),
    );
  examples(command, ['alt tunnel find', 'alt tunnel find work personal --json']);
}

function addFollow(tunnel: Command, shell: Shell): void {
  const command = tunnel
    .command('follow')
    .description('Show where the tunnels of a domain lead')
    .argument('<realm>')
    .argument('<domain>')
    .action(
      shell.action({}, async (run, realm: string, domain: string) => {
        const { OPERATIONS } = run.library;
        const answer = await OPERATIONS.follow_tunnels.run(run.dimension, { realm, domain });
        const connections = answer.connections as TunnelConnection[];
        run.output.list(connections, connections, () => {
          if (connections.length === 0) return 'No tunnels.';
          return connections.map(connectionLines).join('\n');
        });
      }),
    );
  examples(command, ['alt tunnel follow work bugs', 'alt tunnel follow work bugs --ndjson']);
}

interface TraverseFlags extends PlaceFlags {
  readonly hops?: number;
}

function addTraverse(tunnel: Command, shell: Shell): void {
  const command = tunnel
    .command('traverse')
    .description('Walk from a domain to those around it, nearest first')
    .argument('<domain>')
    .option('--hops <n>', 'how far to go', wholeNumber(0, 10), 2)
    .option('-w, --realm <name>', 'begin in this realm only')
    .action(
      shell.action({}, async (run, start_domain: string, { hops, realm }: TraverseFlags) => {
        const input = { start_domain, max_hops: hops, realm };
        const answer = await run.library.OPERATIONS.traverse.run(run.dimension, input);
        const steps = answer.results as Parameters<typeof stepLine>[0][];
        run.output.list(answer, steps, () => {
          const more = answer.truncated === true ? ['  ... and more'] : [];
          return [...steps.map(stepLine), ...more].join('\n');
        });
      }),
    );
  examples(command, ['alt tunnel traverse bugs', 'alt tunnel traverse bugs --hops 1 --json']);
}
