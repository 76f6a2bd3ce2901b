/**
 * Three machines that write anything, each hearing of the others in part, late, again or not at
 * all: when all have everything, all tell of the same conflicts, each once and each with the same
 * winner; and they are those that the definition gives, tried pair by pair.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAltError } from '../../events/index.js';
import { entityOfStream, listEvents, type Db, type JournalEntry } from '../../projections/index.js';
import { Store } from '../../replay/index.js';
import { conflicts, type Conflict } from '../../src/conflicts/conflicts.js';
import { takeConflict } from '../../src/conflicts/take.js';
import type { Session } from '../../src/session.js';
import { gentleDraft, history, MACHINES, playAll, type Draft } from '../support/arbitraries.js';
import { dataEvent } from '../support/event-arbitraries.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../support/holds.js';
import { runs } from '../support/level.js';
import {
  converge,
  fastFiles,
  IDENTITY,
  withMachines,
  type Machine,
  type WrittenEvent,
} from '../support/replicas.js';

type Fields = Readonly<Record<string, unknown>>;

/** What events of these types decide; each wins over whatever stood before it. */
const DECIDES: Readonly<Record<string, (data: Fields) => Fields>> = {
  SettingChanged: ({ value }) => ({ value }),
  IdentitySet: ({ text }) => ({ value: text }),
  PersonaActivated: ({ name }) => ({ value: name }),
  RealmDescribed: ({ description }) => ({ description, deleted: false }),
  RealmDeleted: () => ({ deleted: true }),
  DomainDescribed: ({ description }) => ({ description, deleted: false }),
  DomainDeleted: () => ({ deleted: true }),
  PersonaDefined: ({ system_prompt, description, metadata }) => {
    return { system_prompt, description, metadata, deleted: false };
  },
  PersonaDeleted: () => ({ deleted: true }),
  PersonNamed: ({ canonical }) => ({ canonical }),
  PersonForgotten: () => ({ canonical: null }),
};
const ORACLE_STREAMS = /^(setting|realm|domain|persona|person):/;
const EMBEDDER_TYPE = 'EmbedderChosen';

const wanted = (type: string): boolean => type in DECIDES || type.startsWith('Entity');
const event: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constant('event' as const),
  event: dataEvent.filter(({ type }) => wanted(type)),
});
const drafts = fc.oneof(gentleDraft, { weight: 2, arbitrary: event });

interface Change {
  readonly event: string;
  readonly replica: string;
  readonly seq: number;
  readonly knew: Readonly<Record<string, number>>;
  readonly about: string;
  readonly value: string;
}

/** Names of data events that count: what names them last is no Undone. */
function isLiving(entry: JournalEntry, marks: readonly (readonly [string, string])[]): boolean {
  const name = entry.digest.toString('hex', 0, 8);
  return marks.findLast(([, named]) => named === name)?.[0] !== 'Undone';
}

/** Every change that the definition speaks of, in total order, from what the machines wrote. */
function changesOf(machines: readonly Machine[]): Change[] {
  const written = new Map<string, WrittenEvent>(
    machines.flatMap((one) =>
      one.written.map((made) => [`${made.replica}:${String(made.seq)}`, made] as const),
    ),
  );
  const known = listEvents((machines[0] as Machine).db, {}).filter(({ status }) => {
    return status === 'known';
  });
  const dataOf = ({ replica, seq }: JournalEntry): Fields =>
    written.get(`${replica}:${String(seq)}`)?.event.data as Fields;
  const marks = known.flatMap((entry) => {
    if (entry.type !== 'Undone' && entry.type !== 'Redone') return [];
    const { events } = dataOf(entry) as { events: [Uint8Array, number, Uint8Array][] };
    const { type, stream } = entry;
    return events.map(([, , digest]) => ({
      type,
      stream,
      name: Buffer.from(digest).toString('hex'),
    }));
  });
  return known.flatMap((entry) => {
    const own = marks.filter(({ stream }) => stream === entry.stream);
    const decides = DECIDES[entry.type ?? ''];
    if (
      !decides ||
      !isLiving(
        entry,
        own.map(({ type, name }) => [type, name]),
      )
    )
      return [];
    const { replica, seq } = entry;
    const name = `${replica}:${String(seq)}`;
    const knew = written.get(name)?.knew ?? {};
    return Object.entries(decides(dataOf(entry)))
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => {
        const about = `${entry.stream ?? ''} ${field}`;
        return { event: name, replica, seq, knew, about, value: sorted(value) };
      });
  });
}

/** JSON in which equal things are equal texts. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort());
  });

type Told = readonly [loser: string, about: string, lost: string, counts: string, isOpen: boolean];

/** By the definition alone, whatever it costs. */
function expectedConflicts(all: readonly Change[]): Told[] {
  return all.flatMap((one): Told[] => {
    const same = all.filter(({ about }) => about === one.about);
    const saw = (later: Change, earlier: Change): boolean => {
      if (later.replica === earlier.replica && later.seq > earlier.seq) return true;
      if ((later.knew[earlier.replica] ?? 0) >= earlier.seq && later !== earlier) {
        if (later.replica !== earlier.replica) return true;
      }
      const between = same.slice(same.indexOf(earlier) + 1, same.indexOf(later));
      return between.some((middle) => saw(later, middle) && saw(middle, earlier));
    };
    const rivals = same.filter((other) => {
      if (other === one) return true;
      if (saw(one, other) || saw(other, one)) return false;
      return same.every((third) => saw(third, one) === saw(third, other));
    });
    const counts = rivals.at(-1)?.value ?? '';
    if (counts === one.value) return [];
    const isOpen = !same.some((other) => saw(other, one));
    return [[one.event, one.about, one.value, counts, isOpen]];
  });
}

const told = ({ stream, field, winner, loser, settled_by: settled }: Conflict): Told => {
  const values = [sorted(loser.value), sorted(winner.value)] as const;
  return [loser.event, `${stream} ${field}`, ...values, settled === null];
};

/** What the views say of a memory's field. */
function stateOf(db: Db, { stream, field }: Conflict): unknown {
  const row = entityOfStream(db, stream);
  if (!row) return undefined;
  const { realm, domain, content } = row;
  const metadata = JSON.parse(row.metadata) as Fields;
  const states: Fields = { content, deleted: row.living === 0, place: { realm, domain } };
  if (Object.hasOwn(states, field)) return states[field];
  const key = field.replace('metadata.', '');
  return Object.hasOwn(metadata, key) ? metadata[key] : null;
}

function sessionOf({ folder, system }: Machine): Session {
  const store = new Store(folder, IDENTITY, { files: fastFiles, system, label: 'test' });
  const who = { actor: { kind: 'api', name: 'test' }, source: 'user' } as const;
  return { store, ...who, system, files: fastFiles };
}

const byText = (a: Told, b: Told): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
const EVERYTHING = { all: true, limit: 10_000 };

/** Taking settles; only what too little is known of cannot be taken. */
async function takeOne(session: Session, { id }: Conflict): Promise<void> {
  try {
    await takeConflict(session, id);
  } catch (error) {
    expect(isAltError(error, 'UNAVAILABLE')).toBe(true);
    return;
  }
  const { conflicts: after } = await conflicts(session, EVERYTHING);
  expect(after.find((conflict) => conflict.id === id)?.settled_by).not.toBeNull();
}

describe('conflicts', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('are told once, with one winner, everywhere the same, and none is left out', async () => {
    const property = fc.asyncProperty(history(drafts), fc.nat(), async (actions, pick) => {
      await withMachines(MACHINES, async (machines) => {
        await playAll(machines, actions);
        await converge(machines);
        const sessions = machines.map(sessionOf);
        try {
          const all: Conflict[][] = [];
          for (const session of sessions) {
            all.push((await conflicts(session, EVERYTHING)).conflicts);
          }
          const [first = []] = all;
          for (const [index, other] of all.entries()) {
            expect(other).toEqual(first);
            expect(machines[index]?.digest()).toEqual(machines[0]?.digest());
          }
          expect(new Set(first.map(({ id }) => id)).size).toBe(first.length);
          const judged = first.filter(({ stream, winner, loser }) => {
            return ORACLE_STREAMS.test(stream) && ![winner, loser].some(isEmbedder);
          });
          const expected = expectedConflicts(changesOf(machines));
          expect(judged.map(told).sort(byText)).toEqual(expected.sort(byText));
          const open = first.filter(({ settled_by: settled }) => settled === null);
          for (const conflict of open.filter(({ kind }) => kind === 'entity')) {
            expect(stateOf((machines[0] as Machine).db, conflict)).toEqual(conflict.winner.value);
          }
          const taken = open[pick % Math.max(1, open.length)];
          if (taken) await takeOne(sessions[0] as Session, taken);
        } finally {
          for (const { store } of sessions) await store.close();
        }
      });
    });
    await holds(property, runs(20, 1000));
  });
});

const isEmbedder = ({ type }: { readonly type: string }): boolean => type === EMBEDDER_TYPE;
