/** The streams in which changes met, and what their events claim. */
import {
  eventsOfStream,
  formerSeqs,
  seenBy,
  sharedStreams,
  type Db,
  type JournalEntry,
} from '../../projections/index.js';
import { knows, livingEvents, type LoadedEvent, type Sight } from '../../replay/index.js';
import type { VersionVector } from '../../events/index.js';
import type { Session } from '../session.js';
import { loadKnown } from '../stream-events.js';
import type { Claim } from './claim.js';
import { EntityClaims } from './entity-claims.js';
import { factClaims } from './fact-claims.js';
import { meetingsIn, type Meeting } from './meeting.js';
import { otherClaims, tunnelClaims } from './other-claims.js';

/** What is mined and what is built of it follows the files of each machine: nobody decided it. */
const KINDS = [
  ...(['entity', 'realm', 'domain', 'fact', 'term', 'person', 'persona', 'tunnel'] as const),
  'setting',
];

export interface StreamMeetings {
  readonly stream: string;
  /** What counts of it, in total order. */
  readonly events: readonly LoadedEvent[];
  readonly meetings: readonly Meeting[];
}

/** @param only of that stream alone */
export function meetings(session: Session, db: Db, only?: string): StreamMeetings[] {
  const entityClaims = new EntityClaims();
  const sight = sightOf(db);
  const streams = sharedStreams(db, KINDS).filter((stream) => (only ?? stream) === stream);
  try {
    return streams.flatMap((stream) => {
      const entries = eventsOfStream(db, stream);
      if (!haveMet(entries, sight)) return [];
      const events = livingEvents(loadKnown(session, entries));
      const said = claimsOf(stream, events, entityClaims);
      const found = [...byField(said)].flatMap((claims) => {
        return meetingsIn(claims, (entry, other) => knows(entry, other, sight));
      });
      return found.length === 0 ? [] : [{ stream, events, meetings: found }];
    });
  } finally {
    entityClaims.close();
  }
}

/** What writers had seen, asked once a commit. */
function sightOf(db: Db): Sight {
  const seen = new Map<string, VersionVector>();
  const former = new Map<string, ReturnType<Sight['formerSeqs']>>();
  return {
    seenBy: ({ replica, commit }) =>
      kept(seen, `${replica}:${String(commit.seq)}`, () => seenBy(db, replica, commit.seq)),
    formerSeqs: ({ replica, seq }) =>
      kept(former, `${replica}:${String(seq)}`, () => formerSeqs(db, replica, seq)),
  };
}

function kept<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const made = make();
  values.set(key, made);
  return made;
}

/** Whether any writer had not seen all that stands before its event: without reading the log. */
function haveMet(entries: readonly JournalEntry[], { seenBy: seen }: Sight): boolean {
  const last = new Map<string, number>();
  return entries.some((entry) => {
    const { replica, seq } = entry;
    const before = [...last].filter(([other]) => other !== replica);
    last.set(replica, seq);
    return before.some(([other, lastSeq]) => (seen(entry)[other] ?? 0) < lastSeq);
  });
}

function claimsOf(
  stream: string,
  events: readonly LoadedEvent[],
  entityClaims: EntityClaims,
): Claim[] {
  const kind = stream.slice(0, stream.indexOf(':'));
  if (kind === 'entity') return entityClaims.of(events);
  if (kind === 'fact') return factClaims(events);
  return kind === 'tunnel' ? tunnelClaims(events) : otherClaims(events);
}

function byField(claims: readonly Claim[]): Iterable<Claim[]> {
  const fields = new Map<string, Claim[]>();
  for (const claim of claims) {
    const same = fields.get(claim.field) ?? [];
    fields.set(claim.field, same);
    same.push(claim);
  }
  return fields.values();
}
