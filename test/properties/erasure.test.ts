/**
 * Erased means gone: once everything is everywhere, no erased payload stands in any machine's log,
 * every other one does, the chain still holds, and all views agree. What must be gone is worked
 * out by test/support/erasure-oracle.ts from what was written, not from what the views say.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsOfStream } from '../../projections/index.js';
import {
  draft,
  gentleDraft,
  history,
  MACHINES,
  playAll,
  type Draft,
} from '../support/arbitraries.js';
import { fates, readableOn } from '../support/erasure-oracle.js';
import { ENTITY_STREAMS } from '../support/event-arbitraries.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../support/holds.js';
import { runs } from '../support/level.js';
import {
  converge,
  deliver,
  withMachines,
  type EventToWrite,
  type Machine,
} from '../support/replicas.js';

const names = (written: readonly { replica: string; seq: number }[]): string[] =>
  written.map(({ replica, seq }) => `${replica}:${String(seq)}`);

/** Walks a replica's log from its first byte. */
function proveChain(machine: Machine, replica: string): string {
  const reader = machine.log.read(replica);
  while (reader.next()) continue;
  expect(reader.end).toMatchObject({ kind: 'end' });
  return reader.head.chain.toString('hex');
}

function expectFates(machines: readonly Machine[]): void {
  const { erased, kept } = fates(machines);
  for (const machine of machines) {
    expect(readableOn(machine, erased)).toEqual([]);
    expect(readableOn(machine, kept)).toEqual(names(kept));
  }
}

const [STREAM = ''] = ENTITY_STREAMS;
const ID = 'ent_0123456789abcdefghjkmnpqrs';
const eraseAll: EventToWrite = {
  type: 'Erased',
  stream: STREAM,
  data: { digests: [], whole_stream: true },
};
const added = (content: string) =>
  ({
    type: 'EntityAdded',
    stream: STREAM,
    data: { entity_id: ID, realm: 'alpha', domain: 'ideas', content },
  }) as const;

// More erasing than in other histories.
const erasing: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 3, arbitrary: gentleDraft },
  { weight: 2, arbitrary: draft },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('erase' as const, 'erase stream' as const),
      stream: fc.nat({ max: 4 }),
      picks: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 }),
    }),
  },
);

describe('erasure', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('leaves no erased payload in any log, and every other one in all', async () => {
    const property = fc.asyncProperty(history(erasing), async (actions) => {
      await withMachines(MACHINES, async (machines) => {
        await playAll(machines, actions);
        await converge(machines);
        expectFates(machines);
        for (const { replica } of machines) {
          const chains = machines.map((machine) => proveChain(machine, replica));
          expect(new Set(chains).size).toBe(1);
        }
        const [first, ...others] = machines.map((machine) => machine.digest());
        for (const other of others) expect(other).toEqual(first);
        expect(await machines[0]?.rebuiltDigest()).toEqual(first);
      });
    });
    await holds(property, runs(50, 2000));
  });

  it('clears what arrives later although it is covered', async () => {
    await withMachines(2, async (machines) => {
      const [a, b] = machines as [Machine, Machine];
      await a.write(added('known to both'));
      await converge(machines);
      await b.write(added('written in ignorance'));
      await a.write(eraseAll);
      deliver({ from: b, to: a, replica: b.replica });
      expect(readableOn(a, b.written)).toEqual([`${b.replica}:1`]);
      await a.fold();
      expect(readableOn(a, b.written)).toEqual([]);
      expect(a.db.all('SELECT * FROM entities')).toEqual([]);
      expect(eventsOfStream(a.db, STREAM).map(({ type }) => type)).toEqual(['Erased']);
    });
  });

  it('lets a writer who knew of it add to the stream again', async () => {
    await withMachines(2, async (machines) => {
      const [a, b] = machines as [Machine, Machine];
      await b.write(added('to be forgotten'));
      await converge(machines);
      await a.write(eraseAll);
      await converge(machines);
      await b.write(added('a new beginning'));
      await converge(machines);
      for (const { db } of machines) {
        const rows = db.all('SELECT content, living FROM entities');
        expect(rows).toEqual([{ content: 'a new beginning', living: 1 }]);
      }
      expectFates(machines);
    });
  });

  it('covers what a clock that runs ahead dated after the erasure', async () => {
    await withMachines(2, async (machines) => {
      const [a, b] = machines as [Machine, Machine];
      b.nowMs = 9_000_000;
      await b.write(added('from the future'));
      await a.write(eraseAll);
      await converge(machines);
      for (const { db } of machines) expect(db.all('SELECT * FROM entities')).toEqual([]);
      expectFates(machines);
    });
  });

  it.each(['Erased', 'ReplicaForked'])('spares %s of a version that is not known', async (type) => {
    await withMachines(2, async (machines) => {
      const [a] = machines as [Machine, Machine];
      await a.write({ v: 99, type, stream: STREAM, data: { anything: 'new' } });
      await a.write(added('to be forgotten'));
      const digests = a.written.map(({ digest }) => digest);
      await a.write({ type: 'Erased', stream: STREAM, data: { digests, whole_stream: false } });
      await converge(machines);
      for (const machine of machines) {
        expect(readableOn(machine, a.written)).toEqual([`${a.replica}:1`, `${a.replica}:3`]);
      }
    });
  });
});
