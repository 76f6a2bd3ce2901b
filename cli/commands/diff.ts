/** `diff`: what changed between two points of the log. */
import type { Change, DimensionDiff } from '../../src/index.js';
import { excerpt, factLine, printable } from '../layout.js';
import { UsageError } from '../errors.js';
import { examples } from '../options.js';
import type { Shell } from '../shell.js';

const TEXT_CHARACTERS_MAX = 120;
const MARKS = { added: '+', removed: '-', changed: '~' } as const;

export function addDiffCommand(shell: Shell): void {
  const command = shell.program
    .command('diff')
    .description('Show what changed from one point to another, or to now')
    .argument('<points>', 'A..B, or A: times, events or cursors of "alt log"')
    .action(
      shell.action({}, async ({ dimension, output }, points: string) => {
        const [from = '', to, ...more] = points.split('..');
        if (from === '' || more.length > 0) {
          throw new UsageError('Two points are given as A..B.', 'See: alt diff --help');
        }
        const difference = await dimension.diff(from, to === '' ? undefined : to);
        output.result(difference, () => lines(difference).join('\n'));
      }),
    );
  examples(command, ['alt diff 2026-11-01..2026-11-24', 'alt diff 5f0c12ab:120']);
}

function lines({ memories, facts, others }: DimensionDiff): string[] {
  const all = [
    ...memories.map((change) => {
      const { id, realm, domain, content } = newest(change);
      const text = excerpt(content, TEXT_CHARACTERS_MAX);
      return printable(`${MARKS[change.change]} ${id}  ${realm} / ${domain}  ${text}`);
    }),
    ...facts.map((change) => `${MARKS[change.change]}${factLine(newest(change))}`),
    ...Object.entries(others).map(([kind, count]) => `  ${String(count)} of kind ${kind}`),
  ];
  return all.length === 0 ? ['No difference.'] : all;
}

/** As it is after the change; what was removed as it was. */
function newest<State>({ before, after }: Change<State>): State {
  const state = after ?? before;
  if (state === null) throw new Error('A change of nothing.');
  return state;
}
