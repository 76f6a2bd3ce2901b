/** Everything that folds the log again: catching up, rebuilding, verifying; and the open store. */
export { catchUp, type CatchUpOptions, type CatchUpReport } from './catch-up.js';
export type { Change, Decision, NewEvent, StoreOptions, Warning } from './change.js';
export { differingTables, digestOfAll, digestViews, type Digest } from './digest.js';
export { Generations } from './generations.js';
export {
  knows,
  livingEvents,
  nameOf,
  undoneNames,
  type LoadedEvent,
  type Sight,
} from './living.js';
export { verifyLog, type Problem, type Verification } from './verify.js';
export { heldOf, PastStore, vectorThrough, vectorUntil, viewsFolderOf } from './past.js';
export {
  compareRanges,
  receiveParts,
  type ArrivedPart,
  type PartOutcome,
  type ReceiveContext,
} from './receive.js';
export { Store } from './store.js';
export { leaveBranches, mendClock, mendFork, type OtherBranch } from './branches.js';
export { isMoved } from './moved.js';
export { mend, type Damage, type MendContext } from './repair.js';
export type { Rebuilt } from './rebuild.js';
