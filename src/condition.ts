/** One word for how a dimension is and what to do about it, wherever it lies, if it lies at all. */
import { isAltError, nodeFiles } from '../events/index.js';
import { diagnose, type Diagnosis, type MaintenanceContext } from './maintenance.js';

const ACTIONS = {
  missing: 'Create it with "alt init", or name another folder.',
  not_initialized: 'Create a dimension there with "alt init", or name another folder.',
  unreadable: 'Stop whatever writes to it, copy the folder, then run "alt repair".',
  empty: 'Add memories with "alt add" or "alt mine".',
  store_empty:
    'Search once: what has no vector yet is embedded then. See "alt status" for the model.',
  diverged: 'Run "alt repair --mode prune --yes": what differs is made anew from the log.',
  healthy: 'Nothing is to be done.',
} as const;

export interface Condition {
  readonly status: keyof typeof ACTIONS;
  readonly message: string;
  /** What to do, as a sentence. */
  readonly action: string;
}

const condition = (status: Condition['status'], message: string): Condition => {
  return { status, message, action: ACTIONS[status] };
};

/** Never throws for the state of the dimension. */
export async function conditionOf(
  path: string,
  open: () => MaintenanceContext,
): Promise<Condition> {
  if (!nodeFiles.stat(path)) return condition('missing', `There is no folder ${path}.`);
  try {
    const context = open();
    return read(await context.embedding.healing(() => diagnose(context)));
  } catch (error) {
    if (isAltError(error, 'DIMENSION_NOT_FOUND'))
      return condition('not_initialized', error.message);
    if (!isAltError(error)) throw error;
    const { status, message } = condition('unreadable', error.message);
    return { status, message, action: error.hint ?? ACTIONS.unreadable };
  }
}

function read(diagnosis: Diagnosis): Condition {
  const { ok, log_ok, message, entities, vectors } = diagnosis;
  if (!log_ok) return condition('unreadable', `The log: ${message}.`);
  if (!ok) return condition('diverged', `The views: ${message}.`);
  if (entities === 0) return condition('empty', 'It holds no memories.');
  const count = `${String(entities)} memories`;
  if (vectors === 0) return condition('store_empty', `${count}, none of them with a vector.`);
  return condition('healthy', `${count}, ${String(vectors)} vectors.`);
}
