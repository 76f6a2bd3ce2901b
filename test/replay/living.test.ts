/** Which events of a stream count: the rules of docs/FORMAT.md, section 6, one by one. */
import { describe, expect, it } from 'vitest';
import type { VersionVector } from '../../events/index.js';
import type { JournalEntry } from '../../projections/index.js';
import { erasedIn, livingEvents, type LoadedEvent } from '../../replay/living.js';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);
const C = 'c'.repeat(32);

const digestOf = (replica: string, seq: number): Buffer =>
  Buffer.from(`${replica.slice(0, 2)}${String(seq).padStart(2, '0')}`.repeat(16), 'hex');

function event(id: string, type: string, data: unknown = {}): LoadedEvent {
  const [name = 'a', number = '1'] = id.split(':');
  const [replica, seq] = [name.repeat(32), Number(number)];
  const entry = { replica, seq, type, status: 'known', digest: digestOf(replica, seq) };
  return { entry: entry as JournalEntry, data };
}

const added = (id: string) => event(id, 'EntityAdded');
const mark = (id: string, type: string, ...named: string[]) => {
  const events = named.map((name) => {
    const { replica, seq, digest } = added(name).entry;
    return [Buffer.from(replica, 'hex'), seq, digest.subarray(0, 8)];
  });
  return event(id, type, { events });
};
const erased = (id: string, digests: Buffer[] = [], wholeStream = true) =>
  event(id, 'Erased', { digests, whole_stream: wholeStream });

const names = (events: Iterable<LoadedEvent>): string[] =>
  [...events].map(({ entry }) => `${entry.replica.slice(0, 1)}:${String(entry.seq)}`);

const living = (...events: LoadedEvent[]) => names(livingEvents(events));

describe('the events that count', () => {
  it('are the data events', () => {
    expect(living(added('a:1'), erased('a:2'), added('a:3'))).toEqual(['a:1', 'a:3']);
  });

  it('are not those that are undone', () => {
    expect(living(added('a:1'), added('a:2'), mark('a:3', 'Undone', 'a:1'))).toEqual(['a:2']);
  });

  it('are again those that were redone after', () => {
    const events = [added('a:1'), mark('b:1', 'Undone', 'a:1'), mark('a:2', 'Redone', 'a:1')];
    expect(living(...events)).toEqual(['a:1']);
  });

  it('follow the last mark, not the number of marks', () => {
    const undo = mark('a:2', 'Undone', 'a:1');
    const again = mark('b:1', 'Undone', 'a:1');
    expect(living(added('a:1'), undo, again, mark('a:3', 'Redone', 'a:1'))).toEqual(['a:1']);
    expect(living(added('a:1'), mark('a:3', 'Redone', 'a:1'), undo)).toEqual([]);
  });

  it('may be named before they stand in the order', () => {
    expect(living(mark('b:1', 'Undone', 'a:1'), added('a:1'))).toEqual([]);
  });

  it('are not those that this release does not read', () => {
    expect(living({ ...added('a:1'), data: undefined }, added('a:2'))).toEqual(['a:2']);
  });

  it('are not changed by a mark that fails its schema', () => {
    expect(living(added('a:1'), { ...mark('a:2', 'Undone', 'a:1'), data: undefined })).toEqual([
      'a:1',
    ]);
  });
});

describe('the events that are erased', () => {
  const covered = (
    events: LoadedEvent[],
    facts: { seen?: Record<string, VersionVector>; digests?: Buffer[] } = {},
  ) =>
    names(
      erasedIn(events, {
        isErasedDigest: (digest) => (facts.digests ?? []).some((named) => named.equals(digest)),
        formerSeqs: () => [],
        seenBy: ({ replica, seq }) => facts.seen?.[`${replica.slice(0, 1)}:${String(seq)}`] ?? {},
      }),
    );

  it('are those whose digest is named', () => {
    expect(covered([added('a:1'), added('a:2')], { digests: [digestOf(A, 2)] })).toEqual(['a:2']);
  });

  it('are, of the same machine, those before it in the stream', () => {
    expect(covered([added('a:1'), erased('a:2'), added('a:3')])).toEqual(['a:1']);
  });

  it('are, of other machines, those whose writer had not seen it', () => {
    const events = [erased('a:5'), added('b:1'), added('b:2'), added('c:1')];
    const seen = { 'b:1': { [A]: 4 }, 'b:2': { [A]: 5 }, 'c:1': { [B]: 9 } };
    expect(covered(events, { seen })).toEqual(['b:1', 'c:1']);
  });

  it('are those that any of two erasures covers', () => {
    const events = [erased('a:5'), erased('b:5'), added('c:1')];
    expect(covered(events, { seen: { 'c:1': { [A]: 5 } } })).toEqual(['c:1']);
    expect(covered(events, { seen: { 'c:1': { [A]: 5, [B]: 5 } } })).toEqual([]);
  });

  it('are none when only digests are named and none fits', () => {
    expect(covered([added('a:1'), erased('a:2', [digestOf(C, 1)], false)])).toEqual([]);
  });

  it('are marks as well, but never an erasure', () => {
    const events = [mark('a:1', 'Undone', 'a:9'), erased('a:2'), erased('b:1')];
    expect(covered(events, { digests: [digestOf(A, 2)] })).toEqual(['a:1']);
  });
});
