/** What machines that met hold of the knowledge graph, and how names find each other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsAbout, maybeSimilar, SimilarNames, type Db } from '../../projections/index.js';
import { Names } from '../../src/knowledge/names.js';
import { lettersChanged } from '../../src/knowledge/similarity.js';
import { aliasSet, factAsserted, personNamed, termDefined } from '../support/given.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../support/holds.js';
import { runs } from '../support/level.js';
import { converge, withMachines } from '../support/replicas.js';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

describe('machines that met', () => {
  it(
    'hold one fact of a triple that any of them said for one time, in any order',
    async () => {
      const time = fc.constantFrom({}, { valid_from: '1960-01-01' }, { valid_to: '2999-01-01' });
      const writers = fc.array(fc.nat(2), { minLength: 1, maxLength: 6 });
      const property = fc.asyncProperty(time, writers, async (validity, order) => {
        await withMachines(3, async (machines) => {
          for (const [index, at] of order.entries()) {
            await machines[at]?.write(factAsserted(`f${String(index)}`, validity));
          }
          await converge(machines);
          const held = machines.map(({ db }) => factsAbout(db, 'ada').map(({ id }) => id));
          expect(held.map(({ length }) => length)).toEqual([1, 1, 1]);
          expect(new Set(held.flat()).size).toBe(1);
        });
      });
      await holds(property, runs(25, 500));
    },
    PROPERTY_TIMEOUT_MS,
  );

  it(
    'take each name for the same, whatever each of them said of names',
    async () => {
      const name = fc.constantFrom(...NAMES);
      const said = fc.record({ at: fc.nat(1), isPerson: fc.boolean(), from: name, to: name });
      const property = fc.asyncProperty(fc.array(said, { maxLength: 10 }), async (edges) => {
        await withMachines(2, async (machines) => {
          for (const { at, isPerson, from, to } of edges) {
            await machines[at]?.write(isPerson ? personNamed(from, to) : aliasSet(from, to));
          }
          await converge(machines);
          const [one, other] = machines.map(({ db }) => meaningOf(db));
          expect(one).toEqual(other);
        });
      });
      await holds(property, runs(25, 500));
    },
    PROPERTY_TIMEOUT_MS,
  );
});

function meaningOf(db: Db): Record<string, string> {
  const names = Names.of(db);
  return Object.fromEntries(NAMES.map((key) => [key, names.root(key)]));
}

describe('names', () => {
  it('that lead to each other are one, in chains and circles of any form', async () => {
    const edge = fc.record({
      key: fc.constantFrom(...NAMES),
      canonicalKey: fc.constantFrom(...NAMES),
    });
    const property = fc.asyncProperty(fc.array(edge), (edges) => {
      const names = new Names(
        edges.map((one) => ({ ...one, name: one.key, canonical: one.canonicalKey })),
      );
      const last = new Map(edges.map(({ key, canonicalKey }) => [key, canonicalKey]));
      for (const key of NAMES) {
        const root = names.root(key);
        expect(names.root(last.get(key) ?? key)).toBe(root);
        expect(names.keysOf(key)).toContain(key);
        expect(names.keysOf(key)).toContain(root);
        for (const other of NAMES) {
          expect(names.keysOf(key).includes(other)).toBe(names.root(other) === root);
        }
      }
      return Promise.resolve();
    });
    await holds(property, runs(200, 5_000));
  });
});

describe('the proposal of similar names', () => {
  it(
    'holds every name of four letters and more that differs in one or two',
    async () => {
      const letters = fc.constantFrom('a', 'b', 'é', '😀');
      const name = fc.string({ unit: letters, minLength: 4, maxLength: 12 });
      const property = fc.asyncProperty(fc.array(name), name, async (known, asked) => {
        await withMachines(1, async ([machine]) => {
          const events = known.flatMap((key, index) => {
            const fact = factAsserted(`f${String(index)}`, {
              ...{ subject: key, subject_key: key, object: `${key}x`, object_key: `${key}x` },
              ...{
                valid_from: `${String(1000 + index)}-01-01`,
                valid_to: `${String(1000 + index)}-02-01`,
              },
            });
            return [fact, termDefined({ key: `${key}y`, name: key, type: 'x', properties: {} })];
          });
          if (events.length > 0) await machine?.write(...events);
          const proposed = machine ? maybeSimilar(machine.db, [asked]) : [];
          const keys = known.flatMap((key) => [key, `${key}x`, `${key}y`]);
          const similar = keys.filter((key) => editDistance(key, asked) <= 2);
          expect(proposed).toEqual(expect.arrayContaining(similar));
          const inMemory = new SimilarNames(keys).maybeSimilar([asked]);
          expect(inMemory).toEqual(expect.arrayContaining(similar));
        });
      });
      await holds(property, runs(60, 1_000));
    },
    PROPERTY_TIMEOUT_MS,
  );

  it('counts changed letters as the table of all prefixes does', async () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 8 });
    const property = fc.asyncProperty(name, name, fc.nat(3), (a, b, max) => {
      expect(lettersChanged(a, b, max)).toBe(Math.min(editDistance(a, b), max + 1));
      return Promise.resolve();
    });
    await holds(property, runs(500, 20_000));
  });
});

/** By definition: insert, delete or replace the first letter. */
function editDistance(a: string, b: string): number {
  const memo = new Map<string, number>();
  const [left, right] = [[...a], [...b]];
  const distance = (at: number, of: number): number => {
    if (at === left.length) return right.length - of;
    if (of === right.length) return left.length - at;
    const key = `${String(at)},${String(of)}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const replaced = distance(at + 1, of + 1) + (left[at] === right[of] ? 0 : 1);
    const least = Math.min(replaced, distance(at + 1, of) + 1, distance(at, of + 1) + 1);
    memo.set(key, least);
    return least;
  };
  return distance(0, 0);
}
