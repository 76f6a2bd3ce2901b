/** `conflicts`: what machines changed without knowing of each other, and taking the other side. */
import type { Conflict, ConflictSide } from '../../src/index.js';
import { excerpt, printable } from '../layout.js';
import { examples, wholeNumber } from '../options.js';
import type { Shell } from '../shell.js';

const VALUE_CHARACTERS_MAX = 100;
const MACHINE_CHARACTERS = 8;
const REASONS: Readonly<Record<Conflict['reason'], string>> = {
  later: 'the later change counts',
  deleted: 'a change does not bring back what was deleted',
  ends_earlier: 'the earlier end counts',
  retracted: 'what was retracted never held',
};

export function addConflictCommands(shell: Shell): void {
  const command = shell.program
    .command('conflicts')
    .description('Show changes of several machines that met, and which of them counts')
    .option('--all', 'also those that a later change has settled')
    .option('--entity <id>', 'only of this memory')
    .option('-l, --limit <n>', 'at most this many (default: 100)', wholeNumber(1, 10_000))
    .action(
      shell.action({}, async ({ dimension, output }, flags: ConflictFlags) => {
        const { entity: entityId, all, limit } = flags;
        const found = await dimension.conflicts({ all, entityId, limit });
        output.list(found, found.conflicts, () => linesOf(found.conflicts, found.total));
      }),
    );
  examples(command, ['alt conflicts', 'alt conflicts --all --json', 'alt conflicts take 3f0c…']);
  addTake(shell, command);
}

interface ConflictFlags {
  readonly all?: boolean;
  readonly entity?: string;
  readonly limit?: number;
}

function addTake(shell: Shell, parent: ReturnType<Shell['program']['command']>): void {
  const command = parent
    .command('take')
    .description('Make the side that lost count, on every machine')
    .argument('<conflict>', 'its id, as "alt conflicts" shows it')
    .action(
      shell.action({}, async ({ dimension, output }, id: string) => {
        const result = await dimension.takeConflict(id);
        const { subject, field, loser } = result.taken;
        output.result(result, () => printable(`${subject}: ${field} is ${shown(loser)}`));
      }),
    );
  examples(command, ['alt conflicts take 3f0c9a1b2c3d4e5f']);
}

function linesOf(conflicts: readonly Conflict[], total: number): string {
  if (conflicts.length === 0) return 'No conflicts.';
  const left = total - conflicts.length;
  const more = left > 0 ? [`… and ${String(left)} more`] : [];
  return [...conflicts.map(linesOfOne), ...more].join('\n');
}

function linesOfOne(conflict: Conflict): string {
  const { id, kind, subject, field, winner, loser, reason, settled_by: settled } = conflict;
  const state = settled ? `settled ${new Date(settled.at).toLocaleString('sv-SE')}` : 'open';
  return [
    printable(`${id}  ${kind} ${subject}: ${field}  (${state}; ${REASONS[reason]})`),
    `  counts  ${sideLine(winner)}`,
    `  lost    ${sideLine(loser)}`,
  ].join('\n');
}

function sideLine(side: ConflictSide): string {
  const { at, actor, machine } = side;
  const when = new Date(at).toLocaleString('sv-SE');
  const who = [actor.kind, actor.tool, actor.name].filter(Boolean).join(':');
  return printable(`${when}  ${who} on ${machine.slice(0, MACHINE_CHARACTERS)}  ${shown(side)}`);
}

function shown({ value }: ConflictSide): string {
  return excerpt(typeof value === 'string' ? value : JSON.stringify(value), VALUE_CHARACTERS_MAX);
}
