/** The modes of `repair` that let what was written here go on under a new replica id. */
import type { Damage } from '../src/index.js';
import type { YesFlag } from './options.js';
import type { Dimension, Run } from './shell.js';

const HEALTH_PROBLEM = 5;

type Mend = (dimension: Dimension, options: { dryRun: boolean }) => Promise<Damage | undefined>;

/** Without --yes it is only said what would go on elsewhere. */
const moving =
  (mend: Mend) =>
  async ({ dimension, output }: Run, { yes: isSure = false }: YesFlag): Promise<number> => {
    const moved = (await mend(dimension, { dryRun: !isSure })) ?? null;
    const isLeft = moved !== null && !isSure;
    if (isLeft) output.note('Nothing was changed. Add --yes to mend it.');
    output.result({ moved, mended: moved !== null && isSure }, () => movedLine(moved, isSure));
    return isLeft ? HEALTH_PROBLEM : 0;
  };

function movedLine(moved: Damage | null, isDone: boolean): string {
  if (moved === null) return 'Nothing to mend.';
  const { reason, salvageableEvents: events, replica } = moved;
  const verb = isDone ? 'go on' : 'would go on';
  return `${String(events)} events of ${replica} ${verb} under a new replica id: ${reason}.`;
}

export const mendFork = moving((dimension, options) => dimension.upkeep.mendFork(options));
export const mendClock = moving((dimension, options) => dimension.upkeep.mendClock(options));
