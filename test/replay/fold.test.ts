/** What the fold makes of events that this release cannot use: kept, marked, never applied. */
import { describe, expect, it } from 'vitest';
import { countEvents, eventsOfStream } from '../../projections/index.js';
import { entityAdded, entityRevised, realmDescribed } from '../support/given.js';
import { newViews, withMachines, type EventToWrite, type Machine } from '../support/replicas.js';

/** Writes a memory and then the given event; returns what became of the second. */
async function statusOf(event: EventToWrite, check: (machine: Machine) => void = () => undefined) {
  return withMachines(1, async ([machine]) => {
    if (!machine) throw new Error('a machine is needed');
    await machine.write(entityAdded('e1'));
    await machine.write(event);
    const rows = machine.db.all('SELECT content FROM entities WHERE living = 1');
    expect(rows).toEqual([{ content: 'text of e1' }]);
    check(machine);
    return eventsOfStream(machine.db, event.stream).at(-1)?.status;
  });
}

const revised = entityRevised('e1', { content: 'other' });

describe('the fold', () => {
  it('marks an unknown type as unknown', async () => {
    const future = { type: 'FutureThing', v: 1, stream: revised.stream, data: { content: 'x' } };
    expect(await statusOf(future)).toBe('unknown');
  });

  it('marks a known type of an unknown version as unknown', async () => {
    expect(await statusOf({ ...revised, v: 99 })).toBe('unknown');
  });

  it('marks an event that fails its schema as invalid', async () => {
    expect(await statusOf({ ...revised, v: 1, data: { content: 7 } })).toBe('invalid');
  });

  it('marks an event on a stream of another kind as invalid', async () => {
    const { stream } = realmDescribed('alpha', '');
    expect(await statusOf({ ...revised, v: 1, stream })).toBe('invalid');
  });

  it('keeps a frame that holds no event, and counts it as invalid', async () => {
    await statusOf({ ...revised, v: 0 }, ({ db }) => {
      expect(countEvents(db)).toEqual({ known: 1, unknown: 0, invalid: 1, erased: 0, total: 2 });
    });
  });

  it('keeps what is undone in the journal', async () => {
    await withMachines(1, async ([machine]) => {
      const [added] = (await machine?.write(entityAdded('e1'))) ?? [];
      const digest = added?.digest.subarray(0, 8) ?? Buffer.alloc(8);
      const stream = added?.event.stream ?? '';
      const events: [Uint8Array, number, Uint8Array][] = [[Buffer.alloc(16), 1, digest]];
      await machine?.write({ type: 'Undone', stream, data: { events } });
      const { db } = machine ?? { db: newViews() };
      expect(db.all('SELECT * FROM entities')).toEqual([]);
      expect(countEvents(db)).toMatchObject({ known: 2, total: 2 });
    });
  });
});
