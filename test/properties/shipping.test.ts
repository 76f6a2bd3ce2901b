/**
 * Three machines that write anything, ship over folders that lose, cut, alter, double and delay
 * parts, and merge each other's logs: when everything has arrived, all hold the same.
 */
import fc from 'fast-check';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { history, MACHINES, playAll, type Action } from '../support/arbitraries.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../support/holds.js';
import { runs } from '../support/level.js';
import { withMachines } from '../support/replicas.js';
import { FaultyFolder, Shipper, type Fault } from '../support/shippers.js';

const FOLDERS = 2;

type Travel =
  | { readonly kind: 'push' | 'pull'; readonly machine: number; readonly folder: number }
  | { readonly kind: 'merge'; readonly machine: number; readonly from: number }
  | {
      readonly kind: 'fault';
      readonly folder: number;
      readonly fault: Fault;
      readonly pick: number;
    }
  | { readonly kind: 'heal'; readonly folder: number };

const machine = fc.nat({ max: MACHINES - 1 });
const folder = fc.nat({ max: FOLDERS - 1 });
const travel: fc.Arbitrary<Travel> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constantFrom('push', 'pull'), machine, folder }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge'), machine, from: machine }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('fault'),
      folder,
      fault: fc.constantFrom('hide', 'cut', 'duplicate', 'alter'),
      pick: fc.nat({ max: 10_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('heal'), folder }) },
);

interface World {
  readonly shippers: readonly Shipper[];
  readonly folders: readonly FaultyFolder[];
}

async function play({ shippers, folders }: World, step: Travel): Promise<void> {
  const at = <Item>(items: readonly Item[], index: number): Item => items[index] as Item;
  if (step.kind === 'fault') at(folders, step.folder).spoil(step.fault, step.pick);
  else if (step.kind === 'heal') at(folders, step.folder).heal();
  else if (step.kind === 'merge') {
    await at(shippers, step.machine).mergeFrom(at(shippers, step.from));
  } else {
    const shipper = at(shippers, step.machine);
    await shipper[step.kind](shipper.folderRemote(at(folders, step.folder).path));
  }
}

/** Which folders a machine reaches in the end: the first and the last only hear by the second. */
const REACHED = [[0], [0, 1], [1]] as const;

/** Everything arrives; twice round, since it is forwarded. */
async function settle({ shippers, folders }: World): Promise<void> {
  for (const faulty of folders) faulty.heal();
  for (const kind of ['push', 'pull', 'push', 'pull'] as const) {
    for (const [index, shipper] of shippers.entries()) {
      for (const folder of REACHED[index] ?? []) {
        await shipper[kind](shipper.folderRemote(folders[folder]?.path ?? ''));
      }
    }
  }
}

const steps = fc.array(
  fc.oneof(
    history().map((actions) => actions.slice(0, 6)),
    travel,
  ),
  {
    minLength: 4,
    maxLength: 24,
    size: 'max',
  },
);

const isHistory = (step: readonly Action[] | Travel): step is readonly Action[] =>
  Array.isArray(step);

describe('shipping', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('brings everybody to one digest and the same bytes, whatever happens on the way', async () => {
    const property = fc.asyncProperty(steps, async (played) => {
      await withMachines(MACHINES, async (machines) => {
        const shippers = machines.map((one) => new Shipper(one));
        const parent = dirname(machines[0]?.folder ?? '');
        const folders = Array.from({ length: FOLDERS }, (_, index) => {
          return new FaultyFolder(join(parent, `folder-${String(index)}`));
        });
        const world = { shippers, folders };
        try {
          for (const step of played) {
            if (isHistory(step)) await playAll(machines, step);
            else await play(world, step);
          }
          await settle(world);
          await expectOne(shippers);
        } finally {
          for (const { store } of shippers) await store.close();
        }
      });
    });
    await holds(property, runs(25, 1000));
  });
});

async function expectOne(shippers: readonly Shipper[]): Promise<void> {
  const [first] = shippers;
  if (!first) return;
  const digest = await first.digest();
  expect(await first.machine.rebuiltDigest()).toEqual(digest);
  const replicas = first.machine.log.replicas();
  for (const { machine: one } of shippers) await one.fold();
  for (const other of shippers) {
    expect(await other.digest()).toEqual(digest);
    expect(other.machine.digest()).toEqual(digest);
    expect(other.machine.log.replicas()).toEqual(replicas);
    for (const replica of replicas) {
      const [ours, theirs] = [first, other].map(({ machine: one }) => one.bytesOf(replica));
      expect(theirs?.equals(ours as Buffer)).toBe(true);
    }
  }
}
