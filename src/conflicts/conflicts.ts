/**
 * Changes that two machines made without knowing of each other, where only one of them counts. The
 * fold has decided already, everywhere the same; here it is said what was decided against whom.
 */
import { createHash } from 'node:crypto';
import { compareEvents, type OrderKey } from '../../events/index.js';
import type { Db, JournalEntry } from '../../projections/index.js';
import { toIso } from '../entity.js';
import { streamIn, type Session } from '../session.js';
import { checkInteger, checkShape } from '../values.js';
import type { Claim } from './claim.js';
import type { Meeting, Reason } from './meeting.js';
import { meetings } from './streams.js';
import { subjectOf } from './subject.js';

/** One of the changes that met. */
export interface ConflictSide {
  /** `replica:seq`. */
  readonly event: string;
  readonly type: string;
  /** The writer's wall clock. */
  readonly at: string;
  readonly actor: JournalEntry['commit']['actor'];
  readonly source: string;
  /** The id under which the machine wrote it. */
  readonly machine: string;
  /** What the field became by it; null for nothing. */
  readonly value: unknown;
}

export interface Conflict {
  /** The same on every machine. */
  readonly id: string;
  /** What it is about: entity, fact, realm, domain, persona, setting, term, person or tunnel. */
  readonly kind: string;
  readonly stream: string;
  /** As people call it: a memory's id, a fact's triple, a name. */
  readonly subject: string;
  /** `content`, `place`, `deleted`, `metadata.topic`, `validity`, `description`, … */
  readonly field: string;
  /** What counts. */
  readonly winner: ConflictSide;
  /** What does not. */
  readonly loser: ConflictSide;
  /** Why: see {@link Reason}. */
  readonly reason: Reason;
  /** The change that was made with knowledge of both; null while there is none. */
  readonly settled_by: Omit<ConflictSide, 'value'> | null;
}

export interface ConflictOptions {
  /** Also those that a later change has settled. */
  readonly all?: boolean | undefined;
  /** Only of the memory with that id. */
  readonly entityId?: string | undefined;
  /** 1–10,000; 100 when absent. */
  readonly limit?: number | undefined;
}

export interface Conflicts {
  /** The newest loser first. */
  readonly conflicts: Conflict[];
  /** How many there are, whether or not they are within the limit. */
  readonly total: number;
}

/** A conflict with the events that it is about. */
export interface FoundConflict extends Meeting {
  readonly conflict: Conflict;
  readonly events: readonly Claim['event'][];
}

/** @throws {AltError} INVALID_ARGUMENT */
export async function conflicts(
  session: Session,
  options: ConflictOptions = {},
): Promise<Conflicts> {
  const { all = false, entityId } = options;
  const limit = checkInteger(options.limit ?? 100, { what: 'limit', min: 1, max: 10_000 });
  if (entityId !== undefined) checkShape(entityId, 'text', 'entity_id');
  const stream = entityId === undefined ? undefined : streamIn(session, 'entity', entityId);
  const found = await session.store.read((db) => findConflicts(session, db, stream));
  const asked = found.filter(({ settledBy }) => all || settledBy === undefined);
  asked.sort((a, b) => compareEvents(orderOf(b.loser), orderOf(a.loser)));
  return {
    conflicts: asked.slice(0, limit).map(({ conflict }) => conflict),
    total: asked.length,
  };
}

const orderOf = ({ event: { entry } }: Claim): OrderKey => {
  return { at: entry.commit.at, replica: entry.replica, seq: entry.seq };
};

/** Every conflict, settled ones too. */
export function findConflicts(session: Session, db: Db, stream?: string): FoundConflict[] {
  return meetings(session, db, stream).flatMap(({ stream: of, events, meetings: met }) => {
    const kind = of.slice(0, of.indexOf(':'));
    const subject = subjectOf(kind, events);
    return met.map((meeting) => {
      const { winner, loser, reason, settledBy } = meeting;
      const conflict: Conflict = {
        ...{ id: idOf(loser), kind, stream: of, subject, field: loser.field },
        ...{ winner: sideOf(winner), loser: sideOf(loser), reason },
        settled_by: settledBy ? eventOf(settledBy) : null,
      };
      return { ...meeting, conflict, events };
    });
  });
}

/** Of what lost: another winner may come, the conflict is the same. */
function idOf({ event, field }: Claim): string {
  const hash = createHash('sha256').update(event.entry.digest).update(field);
  return hash.update(event.entry.replica).digest('hex').slice(0, 16);
}

const sideOf = (claim: Claim): ConflictSide => ({ ...eventOf(claim), value: claim.value });

function eventOf({ event: { entry } }: Claim): Omit<ConflictSide, 'value'> {
  const { replica, seq, type, commit } = entry;
  const { wall, actor, source } = commit;
  const event = `${replica}:${String(seq)}`;
  return { event, type: type ?? '', at: toIso(wall), actor, source, machine: replica };
}
