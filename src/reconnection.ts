/** How much a dimension opened anew had to catch up with. */
import { nodeFiles } from '../events/index.js';
import { countEvents, Db } from '../projections/index.js';
import { Generations } from '../replay/index.js';

/** Events that the live views hold, whatever the log says; 0 where there are none to be read. */
export function eventsInViews(folder: string): number {
  const generations = new Generations(nodeFiles, folder);
  const generation = generations.live();
  if (generation === undefined || !generations.exists(generation)) return 0;
  let db: Db | undefined;
  try {
    db = new Db(generations.path(generation), { readonly: true });
    return countEvents(db).total;
  } catch {
    // Views that cannot be read are folded anew: all of them is replayed then.
    return 0;
  } finally {
    db?.close();
  }
}
