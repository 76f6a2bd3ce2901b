/**
 * Whoever deletes a realm names what it saw: on every machine, in whatever order commits arrive, a
 * memory is gone exactly when somebody who saw it deleted it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entitiesIn, listRealms } from '../../projections/index.js';
import { planOf } from '../../src/place-deletion.js';
import type { Session } from '../../src/session.js';
import { entityAdded } from '../support/given.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../support/holds.js';
import { runs } from '../support/level.js';
import { commitEnds, deliver, IDENTITY, withMachines, type Machine } from '../support/replicas.js';

const MACHINES = 3;
const REALM = 'alpha';

type Step = readonly [kind: 'add' | 'delete' | 'send', by: number, to: number];

const steps = fc.array(
  fc.tuple(
    fc.constantFrom('add' as const, 'add' as const, 'delete' as const, 'send' as const),
    fc.nat({ max: MACHINES - 1 }),
    fc.nat({ max: MACHINES - 1 }),
  ),
  { minLength: 4, maxLength: 14 },
);

/** Only its identity is asked for. */
const session = { store: { identity: IDENTITY } } as unknown as Session;

/** Plays the steps. @returns the ids that are to be left. */
async function play(machines: readonly Machine[], history: readonly Step[]): Promise<Set<string>> {
  const left = new Set<string>();
  for (const [index, [kind, by, to]] of history.entries()) {
    const machine = machines[by] as Machine;
    machine.nowMs = 1_000 * (index + 1);
    if (kind === 'send') {
      deliver({ from: machine, to: machines[to] as Machine, replica: machine.replica });
      continue;
    }
    await machine.fold();
    if (kind === 'add') {
      const id = `m${String(index)}`;
      await machine.write(entityAdded(id, { realm: REALM, domain: `d${String(to)}` }));
      left.add(id);
      continue;
    }
    for (const { id } of entitiesIn(machine.db, { realm: REALM }, -1)) left.delete(id);
    const { events } = planOf(session, machine.db, { place: { realm: REALM } });
    if (events.length > 0) await machine.write(...events);
  }
  return left;
}

/** Brings every commit to a machine that holds none, one by one in the given order of machines. */
async function arrive(machines: readonly Machine[], to: Machine, order: number[]): Promise<void> {
  const held = machines.map(() => 0);
  const all = machines.map(({ log, replica }) => commitEnds(log, replica).length);
  while (held.some((count, index) => count < (all[index] ?? 0))) {
    for (const index of order) {
      const from = machines[index] as Machine;
      held[index] = (held[index] ?? 0) + 1;
      deliver({ from, to, replica: from.replica, commits: held[index] });
      await to.fold();
    }
  }
}

describe('deleting a realm on several machines', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('takes what was seen and nothing else, in every order of arrival', async () => {
    const orders = fc.shuffledSubarray([0, 1, 2], { minLength: MACHINES, maxLength: MACHINES });
    const property = fc.asyncProperty(steps, orders, async (history, order) => {
      await withMachines(MACHINES + 1, async (all) => {
        const observer = all[MACHINES] as Machine;
        const machines = all.slice(0, MACHINES);
        const left = await play(machines, history);
        await arrive(machines, observer, order);
        const living = entitiesIn(observer.db, { realm: REALM }, -1).map(({ id }) => id);
        expect(living.sort()).toEqual([...left].sort());
        expect(observer.digest()).toEqual(await observer.rebuiltDigest());
        const names = listRealms(observer.db).map(({ name }) => name);
        if (left.size > 0) expect(names).toContain(REALM);
      });
    });
    await holds(property, runs(40, 1000));
  });
});
