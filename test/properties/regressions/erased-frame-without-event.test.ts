/**
 * Found by the properties: a frame that holds no event belongs to no stream, so that an Erased
 * which named its digest led to no stream either, and the bytes stayed.
 */
import { expect, it } from 'vitest';
import { readableOn } from '../../support/erasure-oracle.js';
import { entityAdded } from '../../support/given.js';
import { converge, deliver, withMachines, type Machine } from '../../support/replicas.js';

/** Version 0 is none: every reader finds a whole frame with no event in it. */
const noEvent = { ...entityAdded('e1'), v: 0 };
const erased = (digests: Buffer[]) => ({
  type: 'Erased' as const,
  stream: noEvent.stream,
  data: { digests, whole_stream: false },
});

it('clears a frame that holds no event when its digest is erased', async () => {
  await withMachines(2, async (machines) => {
    const [a, b] = machines as [Machine, Machine];
    const [stray] = await a.write(noEvent);
    await b.write(erased([stray?.digest ?? Buffer.alloc(32)]));
    await a.write(erased([stray?.digest ?? Buffer.alloc(32)]));
    expect(readableOn(a, a.written)).toEqual([`${a.replica}:2`]);
    deliver({ from: a, to: b, replica: a.replica });
    await b.fold();
    await converge(machines);
    expect(a.digest()).toEqual(b.digest());
    expect(await a.rebuiltDigest()).toEqual(a.digest());
  });
});

it('clears it where it arrives after the erasure', async () => {
  await withMachines(3, async (machines) => {
    const [a, b, c] = machines as [Machine, Machine, Machine];
    const [stray] = await a.write(noEvent);
    await b.write(erased([stray?.digest ?? Buffer.alloc(32)]));
    deliver({ from: b, to: c, replica: b.replica });
    await c.fold();
    deliver({ from: a, to: c, replica: a.replica });
    expect(readableOn(c, a.written)).toEqual([`${a.replica}:1`]);
    await c.fold();
    expect(readableOn(c, a.written)).toEqual([]);
    expect(await c.rebuiltDigest()).toEqual(c.digest());
  });
});
