/**
 * The law of the project: for any set of events, any split over machines, any order, grouping and
 * duplication of arrival and any crash point, the views that grew are the views that are folded
 * from nothing. One property a promise; histories come from test/support/arbitraries.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../events/index.js';
import { createViews } from '../../projections/index.js';
import { digestViews } from '../../replay/index.js';
import { history, MACHINES, playAll, type Action } from '../support/arbitraries.js';
import { Crash, CrashingDb } from '../support/crashes.js';
import { foldCommits, interleavings } from '../support/fold-orders.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../support/holds.js';
import { runs } from '../support/level.js';
import { commitEnds, converge, deliver, newViews, withMachines } from '../support/replicas.js';

/** The names of the event types that the histories of one seed write. */
function typesIn(histories: readonly (readonly Action[])[]): Set<string> {
  const drafts = histories.flat().flatMap((action) => {
    return action.kind === 'write' ? action.drafts : [];
  });
  const marks = { undo: 'Undone', redo: 'Redone', erase: 'Erased', 'erase stream': 'Erased' };
  const names = drafts.map((drawn) => {
    if (drawn.kind === 'event') return drawn.event.type;
    return drawn.kind === 'copy' ? 'copy' : marks[drawn.kind];
  });
  return new Set(names);
}

describe('the law', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('is tried with every event type, and with types that nobody knows', () => {
    const types = typesIn(fc.sample(history(), { numRuns: 300, seed: 1 }));
    for (const name of Object.keys(CATALOGUE)) expect(types).toContain(name);
    expect(types).toContain('FutureThing');
  });

  it('rebuilt views equal the views that lived through the history', async () => {
    const property = fc.asyncProperty(history(), async (actions) => {
      await withMachines(MACHINES, async (machines) => {
        await playAll(machines, actions);
        for (const machine of machines) {
          await machine.fold();
          expect(machine.digest()).toEqual(await machine.rebuiltDigest());
        }
      });
    });
    await holds(property, runs(30, 1000));
  });

  it('arrival order, partial arrival and duplication do not matter', async () => {
    const property = fc.asyncProperty(history(), async (actions) => {
      await withMachines(MACHINES, async (machines) => {
        await playAll(machines, actions);
        await converge(machines);
        await converge(machines);
        const [first, ...others] = machines.map((machine) => machine.digest());
        for (const other of others) expect(other).toEqual(first);
        for (const machine of machines) expect(await machine.rebuiltDigest()).toEqual(first);
      });
    });
    await holds(property, runs(30, 1000));
  });

  it('batching does not matter: one at a time, in groups, in any order of replicas', async () => {
    const property = fc.asyncProperty(history(), interleavings, async (actions, order) => {
      await withMachines(MACHINES, async (machines) => {
        await playAll(machines, actions);
        await converge(machines);
        const [machine] = machines;
        if (!machine) return;
        const db = newViews();
        foldCommits(db, machine.log, order);
        const digest = digestViews(db);
        db.close();
        expect(digest).toEqual(machine.digest());
      });
    });
    await holds(property, runs(30, 1000));
  });

  it('stopping anywhere and opening again does not matter', async () => {
    const arrival = fc.tuple(fc.nat({ max: MACHINES - 1 }), fc.integer({ min: 1, max: 4 }));
    const stops = fc.array(arrival, { maxLength: 20, size: 'max' });
    const property = fc.asyncProperty(history(), stops, async (actions, arrivals) => {
      await withMachines(MACHINES + 1, async (machines) => {
        const [observer, ...writers] = machines;
        if (!observer) return;
        await playAll(writers, actions);
        await converge(writers);
        const path = `${observer.folder}/views.db`;
        observer.useViews(newViews(path));
        const held = writers.map(() => 0);
        for (const [index, count] of arrivals) {
          const from = writers[index];
          if (!from) continue;
          held[index] = (held[index] ?? 0) + count;
          deliver({ from, to: observer, replica: from.replica, commits: held[index] });
          await observer.fold();
          observer.reopen(path);
        }
        await converge(machines);
        expect(observer.digest()).toEqual(writers[0]?.digest());
      });
    });
    await holds(property, runs(20, 500));
  });

  it('a crash within a fold, at any statement, does not matter', async () => {
    const crashes = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 4 });
    const property = fc.asyncProperty(history(), crashes, async (actions, statements) => {
      await withMachines(MACHINES + 1, async (machines) => {
        const [victim, ...writers] = machines;
        if (!victim) return;
        await playAll(writers, actions);
        const views = new CrashingDb(':memory:');
        createViews(views);
        victim.useViews(views);
        for (const [index, statement] of statements.entries()) {
          for (const owner of writers) {
            const all = commitEnds(owner.log, owner.replica).length;
            const commits = Math.ceil((all * (index + 1)) / statements.length);
            deliver({ from: owner, to: victim, replica: owner.replica, commits });
          }
          views.crashAfter(statement);
          await victim.fold().catch((error: unknown) => {
            if (!(error instanceof Crash)) throw error;
          });
          views.crashAfter(Infinity);
        }
        await converge(machines);
        expect(victim.digest()).toEqual(await victim.rebuiltDigest());
        expect(victim.digest()).toEqual(writers[0]?.digest());
      });
    });
    await holds(property, runs(30, 1000));
  });
});
