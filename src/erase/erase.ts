/**
 * Forgetting for good: the payloads in the log are zeroed here and wherever the erasure arrives,
 * everything beside the log is swept, and the files are searched for what should be gone.
 */
import type { Db } from '../../projections/index.js';
import { change, type Session } from '../session.js';
import { planOf, type ErasedThing, type ErasePlan } from './plan.js';
import { textsOf } from './probes.js';
import { findRemains, type RemainsIn } from './remains.js';
import { everyEvent, textsIn } from './scan.js';
import { chooserOf, type Chooser, type EraseSelection } from './selection.js';
import type { Sweeper } from './sweeper.js';
import {
  keepersOf,
  unheardRemotes,
  unheardReplicas,
  type UnheardRemote,
  type UnheardReplica,
} from './witnesses.js';

export interface EraseOptions {
  /** Only say what would go. */
  readonly dryRun?: boolean | undefined;
  /** Ends the search of the files; what was erased stays erased. */
  readonly signal?: AbortSignal | undefined;
}

/** What was erased, or would be where `dry_run` says so. */
export interface EraseReceipt {
  readonly dry_run: boolean;
  /** Memories, facts, places, … */
  readonly streams: number;
  /** Of them those that were made from what was chosen. */
  readonly derived: number;
  /** How many of each kind: entity, fact, source, … */
  readonly kinds: Readonly<Record<string, number>>;
  /** The first 100. */
  readonly things: readonly ErasedThing[];
  /** Events cleared in the log, and their bytes. */
  readonly events: number;
  readonly bytes: number;
  /** Chosen ids of which nothing was there. */
  readonly not_found: readonly string[];
  /** Files that were set aside and told of it, and were removed. */
  readonly files_removed: readonly string[];
  /** Files with bytes of it that nothing which stays says; null when they were not searched. */
  readonly found: readonly RemainsIn[] | null;
  /** Ids, or streams, of what stays and says some of the same. */
  readonly said_by: readonly string[];
  /** Databases of which old pages stay until another process ends what it reads. */
  readonly pinned: readonly string[];
  /** Machines and remotes that did not hear of it yet. */
  readonly replicas_unheard: readonly UnheardReplica[];
  readonly remotes_unheard: readonly UnheardRemote[];
  /** What keeps old versions of this dimension's own files. */
  readonly keeps: readonly string[];
}

export interface EraseContext {
  readonly session: Session;
  readonly sweeper: Sweeper;
}

const SHOWN_MAX = 100;

/**
 * Erases what the selection chooses, and what was made from it.
 *
 * @throws {AltError} INVALID_ARGUMENT; NOT_FOUND when nothing is chosen; TOO_LARGE; BUSY: the
 *   events are erased, and the files follow when the dimension is opened next
 */
export async function erase(
  context: EraseContext,
  selection: EraseSelection,
  options: EraseOptions = {},
): Promise<EraseReceipt> {
  const receipt = await eraseChosen(context, chooserOf(selection), options);
  const { not_found } = receipt;
  return { ...receipt, not_found: selection.ids ? missing(selection.ids, not_found) : [] };
}

/** As {@link erase}, of whatever the chooser chooses; `not_found` names the ids that are there. */
export async function eraseChosen(
  { session, sweeper }: EraseContext,
  chooser: Chooser,
  { dryRun = false, signal }: EraseOptions,
): Promise<EraseReceipt> {
  if (dryRun) {
    const plan = await session.store.read((db) => planOf(session, db, chooser));
    return { ...summaryOf(plan), dry_run: true, ...NOT_DONE, ...(await witnesses(session)) };
  }
  const [{ plan, texts }, { pinned, removed }] = await sweeper.after(() => clear(session, chooser));
  const remains = await findRemains(session, texts, signal);
  return {
    ...summaryOf(plan),
    dry_run: false,
    files_removed: removed,
    ...remains,
    pinned,
    ...(await witnesses(session)),
  };
}

/** Clears what is chosen in the log. @returns the texts that nothing says any more */
async function clear(session: Session, chooser: Chooser) {
  const cleared = await change(session, {
    operation: 'erase',
    decide(db) {
      const plan = planOf(session, db, chooser);
      // Read while it is there.
      const result = { plan, texts: textsOf(session, plan.cleared) };
      return { events: plan.events, result };
    },
  });
  await session.store.read((db) => {
    forgetSaid(session, db, cleared.texts);
  });
  return cleared;
}

const NOT_DONE = { files_removed: [], found: null, said_by: [], pinned: [] } as const;

function summaryOf({ things, cleared }: ErasePlan) {
  const kinds: Record<string, number> = {};
  for (const { kind } of things) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return {
    streams: things.length,
    derived: things.filter(({ derived }) => derived).length,
    kinds,
    things: things.slice(0, SHOWN_MAX),
    events: cleared.length,
    bytes: cleared.reduce((sum, { place }) => sum + place.length, 0),
    not_found: things.flatMap(({ id }) => id ?? []),
  };
}

async function witnesses(session: Session) {
  return {
    replicas_unheard: await unheardReplicas(session),
    remotes_unheard: unheardRemotes(session),
    keeps: keepersOf(session.files, session.store.folder),
  };
}

function missing(ids: readonly string[], there: readonly string[]): string[] {
  const known = new Set(there);
  return [...new Set(ids)].filter((id) => !known.has(id));
}

/** What the log says elsewhere too stands in files rightly. */
function forgetSaid(session: Session, db: Db, texts: Set<string>): void {
  for (const { payload } of everyEvent(session, db)) {
    for (const text of textsIn(payload.data)) texts.delete(text);
  }
}
