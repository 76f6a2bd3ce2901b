/**
 * Histories of several machines: what each writes, what travels when, how the clocks go. An action
 * is plain data, so that a failing history shrinks and prints; what it undoes or erases is picked
 * when it runs, among the events that the acting machine holds then.
 */
import fc from 'fast-check';
import { encodeReference, type EventName } from '../../events/index.js';
import { eventsOfStream, listEvents, type JournalEntry } from '../../projections/index.js';
import { dataEvent, marking, oddEvent, STREAMS } from './event-arbitraries.js';
import { commitEnds, deliver, type EventToWrite, type Machine } from './replicas.js';

/** `stream` and `picks` choose among what the machine holds. */
interface PickingDraft {
  readonly kind: 'undo' | 'redo' | 'copy' | 'erase';
  readonly stream: number;
  readonly picks: readonly number[];
}

/** An event to write. */
export type Draft =
  | { readonly kind: 'event'; readonly event: EventToWrite }
  | PickingDraft
  | { readonly kind: 'erase stream'; readonly stream: number };

export type Action =
  | { readonly kind: 'write'; readonly machine: number; readonly drafts: readonly Draft[] }
  | {
      readonly kind: 'deliver';
      readonly from: number;
      readonly to: number;
      readonly replica: number;
      /** Of the commits that the sender holds. */
      readonly portion: number;
      readonly extraBytes: number;
    }
  | { readonly kind: 'tick'; readonly machine: number; readonly byMs: number }
  | { readonly kind: 'lose views'; readonly machine: number };

export const MACHINES = 3;
const machine = fc.nat({ max: MACHINES - 1 });

// Low numbers come most: the first streams are memories and facts, where most happens.
const streamPick = fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: STREAMS.length - 1 }));
const picks = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 });
const marked = (kind: 'undo' | 'redo' | 'copy' | 'erase'): fc.Arbitrary<Draft> =>
  fc.record({ kind: fc.constant(kind), stream: streamPick, picks });
const event = (arbitrary: fc.Arbitrary<EventToWrite>): fc.Arbitrary<Draft> =>
  fc.record({ kind: fc.constant('event' as const), event: arbitrary });

/** Everything but the destruction of content. */
export const gentleDraft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 12, arbitrary: event(dataEvent) },
  { weight: 3, arbitrary: event(oddEvent) },
  { weight: 3, arbitrary: marked('undo') },
  { weight: 2, arbitrary: marked('redo') },
  { weight: 1, arbitrary: marked('copy') },
);

export const draft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 12, arbitrary: gentleDraft },
  { weight: 1, arbitrary: marked('erase') },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('erase stream' as const), stream: streamPick }),
  },
);

const write = (of: fc.Arbitrary<Draft>): fc.Arbitrary<Action> =>
  fc.record({
    kind: fc.constant('write' as const),
    machine,
    drafts: fc.array(of, { minLength: 1, maxLength: 3 }),
  });

const travel: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('deliver' as const),
  from: machine,
  to: machine,
  replica: machine,
  portion: fc.constantFrom(0.3, 0.6, 1),
  extraBytes: fc.constantFrom(0, 0, 20, 150),
});

// Clocks that stand still make ties; clocks that jump either way make late events.
const tick: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('tick' as const),
  machine,
  byMs: fc.constantFrom(-600, -1, 1, 5, 400),
});

const loss: fc.Arbitrary<Action> = fc.record({ kind: fc.constant('lose views' as const), machine });

/** A history; `of` are the drafts that it is made of. */
export function history(of: fc.Arbitrary<Draft> = draft): fc.Arbitrary<readonly Action[]> {
  const action = fc.oneof(
    { weight: 12, arbitrary: write(of) },
    { weight: 6, arbitrary: travel },
    { weight: 3, arbitrary: tick },
    { weight: 1, arbitrary: loss },
  );
  return fc.array(action, { minLength: 1, maxLength: 40, size: 'max' });
}

const MARKERS: readonly string[] = ['Undone', 'Redone', 'Erased'] satisfies EventName[];

/** Frames that hold no event, which a digest alone can name. */
function straysOf({ db }: Machine): JournalEntry[] {
  const entries = listEvents(db, { limit: 200, newestFirst: false });
  return entries.filter(({ stream, status }) => stream === null && status === 'invalid');
}

function choose(from: Machine, stream: string, { kind, picks: chosen }: PickingDraft) {
  const strays = kind === 'erase' && chosen[0] === 4 ? straysOf(from) : [];
  const held = strays.length > 0 ? strays : eventsOfStream(from.db, stream);
  const entries = held.length === 0 ? [] : chosen.map((n) => held[n % held.length]);
  return [...new Set(entries)].filter((entry) => entry !== undefined);
}

const referenceTo = ({ replica, seq, digest }: JournalEntry) => {
  return encodeReference({ replica, seq, digest: digest.subarray(0, 8) });
};

/** The bytes of an earlier event once more, as the mend of a fork re-appends them. */
function copyOf(from: Machine, entry: JournalEntry): EventToWrite[] {
  const { payload } = from.log.readEvent(entry.place, entry.digest);
  return payload ? [payload] : [];
}

/** What a draft comes to on that machine; nothing where there is nothing to pick from. */
function resolve(on: Machine, drawn: Draft): EventToWrite[] {
  if (drawn.kind === 'event') return [drawn.event];
  const stream = STREAMS[drawn.stream] ?? '';
  if (drawn.kind === 'erase stream') {
    return [{ type: 'Erased', stream, data: { digests: [], whole_stream: true } }];
  }
  const entries = choose(on, stream, drawn);
  if (entries.length === 0) return [];
  if (drawn.kind === 'copy') return entries.flatMap((entry) => copyOf(on, entry));
  if (drawn.kind === 'erase') {
    const digests = entries.map(({ digest }) => digest);
    // On another stream now and then: a digest is erased wherever a frame carries it.
    const where = drawn.picks[0] === 5 ? (STREAMS[0] ?? '') : stream;
    return [{ type: 'Erased', stream: where, data: { digests, whole_stream: false } }];
  }
  return markingOf(drawn.kind === 'undo' ? 'Undone' : 'Redone', stream, entries);
}

/** Marks name data events only. */
function markingOf(
  type: 'Undone' | 'Redone',
  stream: string,
  entries: readonly JournalEntry[],
): EventToWrite[] {
  const data = entries.filter((entry) => entry.type !== null && !MARKERS.includes(entry.type));
  return data.length === 0 ? [] : [marking(type, stream, data.map(referenceTo))];
}

/** Plays one action. */
async function play(machines: readonly Machine[], action: Action): Promise<void> {
  const at = (index: number): Machine => machines[index % machines.length] as Machine;
  switch (action.kind) {
    case 'write': {
      const on = at(action.machine);
      await on.fold();
      const events = action.drafts.flatMap((drawn) => resolve(on, drawn));
      if (events.length > 0) await on.write(...events);
      return;
    }
    case 'deliver': {
      const [from, to] = [at(action.from), at(action.to)];
      const { replica } = at(action.replica);
      const commits = Math.ceil(commitEnds(from.log, replica).length * action.portion);
      deliver({ from, to, replica, commits, extraBytes: action.extraBytes });
      return;
    }
    case 'tick':
      at(action.machine).nowMs = Math.max(0, at(action.machine).nowMs + action.byMs);
      return;
    case 'lose views':
      at(action.machine).useViews();
  }
}

export async function playAll(
  machines: readonly Machine[],
  actions: readonly Action[],
): Promise<void> {
  for (const action of actions) await play(machines, action);
}
