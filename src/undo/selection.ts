/** Which part of the log is to be undone or redone, as callers say it. */
import { ACTOR_KINDS, AltError } from '../../events/index.js';
import type { JournalFilter } from '../../projections/index.js';
import { checkMoment } from '../backup/moments.js';
import { checkShape } from '../values.js';

/** What is chosen; all that are given must hold, and at least one must be given. */
export interface UndoSelection {
  /**
   * An event of a commit, `replica:seq`, as `alt log` names it: the whole commit is meant. `last`
   * is the commit that this machine wrote last.
   */
  readonly commit?: string | undefined;
  /** 32 hex digits: everything of one mine run or import. */
  readonly batch?: string | undefined;
  /** Everything that was written in that session. */
  readonly session?: string | undefined;
  /** Who wrote it: a kind (`mcp`), a kind and a tool (`mcp:add_entity`), or a client's name. */
  readonly actor?: string | undefined;
  /** ISO 8601, by the writer's clock; both ends belong to it. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

const EVENT = /^(?<replica>[0-9a-f]{4,32}):(?<seq>[1-9]\d{0,14})$/;
const BATCH = /^[0-9a-f]{32}$/;
const KINDS: readonly string[] = ACTOR_KINDS;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
const HINT = 'Name a commit, a batch, a session, an actor or a time: see "alt log".';

/** A filter, and whether the last commit of this machine is meant. */
export type Chosen = JournalFilter & { readonly isLast: boolean };

/** @throws {AltError} INVALID_ARGUMENT when nothing is chosen, or what is given cannot be read */
export function filterOf(selection: UndoSelection): Chosen {
  checkShape(selection, 'object', 'The selection');
  const { commit, batch, session, actor, since, until } = selection;
  const isLast = commit === 'last';
  const filter = {
    ...(commit !== undefined && !isLast && { commitOf: checkEventName(commit) }),
    ...(batch !== undefined && { batch: checkBatch(batch) }),
    ...((actor !== undefined || session !== undefined) && { actor: actorOf(actor, session) }),
    ...(since !== undefined && { since: checkMoment(since, 'since') }),
    ...(until !== undefined && { until: lastMoment(until, 'until') }),
  };
  if (isLast || Object.keys(filter).length > 0) return { ...filter, isLast };
  throw new AltError('INVALID_ARGUMENT', 'Nothing is chosen.', { hint: HINT });
}

/** `replica:seq`, where the first digits of the replica do. @throws {AltError} INVALID_ARGUMENT */
export function checkEventName(name: unknown): { readonly replica: string; readonly seq: number } {
  const { replica, seq } = EVENT.exec(typeof name === 'string' ? name : '')?.groups ?? {};
  if (replica !== undefined && seq !== undefined) return { replica, seq: Number(seq) };
  throw new AltError('INVALID_ARGUMENT', 'An event is named replica:seq.', {
    hint: '"alt log --json" shows the names of events.',
  });
}

/** @throws {AltError} INVALID_ARGUMENT */
export function checkBatch(batch: unknown): Uint8Array {
  if (typeof batch === 'string' && BATCH.test(batch)) return Buffer.from(batch, 'hex');
  throw new AltError('INVALID_ARGUMENT', 'A batch is named by 32 hex digits.', {
    hint: '"alt log --json" shows the batch of each event.',
  });
}

/** @throws {AltError} INVALID_ARGUMENT */
export function actorOf(actor: string | undefined, session?: string): JournalFilter['actor'] {
  if (actor === undefined) return { session };
  checkShape(actor, 'text', 'actor');
  const [kind = '', tool] = actor.split(':', 2);
  if (!KINDS.includes(kind)) return { name: actor, session };
  return { kind, tool, session };
}

/** A date alone ends with its day. @throws {AltError} INVALID_ARGUMENT */
export function lastMoment(value: string, what: string): number | undefined {
  const ms = checkMoment(value, what);
  return ms !== undefined && DAY.test(value.trim()) ? ms + DAY_MS - 1 : ms;
}
