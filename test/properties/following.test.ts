/**
 * What is worked out of the views and kept is brought up to date by what was folded since. For any
 * history of any number of machines, late, undone and erased events among it, that is what would be
 * worked out anew; and what is counted beside the rows is what counting them gives.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  allTerms,
  countEvents,
  factStats,
  findFacts,
  listEvents,
  nameUses,
  type Db,
  type Roots,
} from '../../projections/index.js';
import type { Store } from '../../replay/index.js';
import { Names } from '../../src/knowledge/names.js';
import { namesNow } from '../../src/knowledge/people.js';
import { tagsOf, type Tags } from '../../src/palace/tags.js';
import { draft, history, MACHINES, playAll, type Draft } from '../support/arbitraries.js';
import { domain, entityId, optional, pick, realm, stream } from '../support/event-pools.js';
import {
  aliasSet,
  entityAdded,
  entityDeleted,
  entityMoved,
  entityRestored,
  entityRevised,
  personForgotten,
  personNamed,
} from '../support/given.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../support/holds.js';
import { runs } from '../support/level.js';
import { withMachines, type Machine } from '../support/replicas.js';
import { temporaryFolder } from '../support/temporary-folder.js';

beforeEach(() => {
  vi.stubEnv('ALT_MEMORY_HOME', temporaryFolder());
});
afterEach(() => vi.unstubAllEnvs());

const tags = fc.record(
  {
    topic: pick(['auth', ' Auth', 'ui', 7]),
    gate: pick(['memory', 'identity']),
    date: pick(['2024-01-01', '2024-01-02']),
    entities: pick(['Ada;Bo', ['Ada', { name: 'Cy' }, 'Bo'], 'Ada', ['Cy', 'Bo']]),
    is_sentinel: pick([true, false]),
  },
  { requiredKeys: [] },
);
const time = optional(fc.nat({ max: 3 }));
const place = fc.tuple(realm, domain);

/** Memories that tell the graph something. */
const told = fc.oneof(
  fc
    .tuple(entityId, realm, domain, tags, time)
    .map(([id, inRealm, inDomain, metadata, created_at]) => {
      const at = { realm: inRealm, domain: inDomain, metadata, created_at };
      return entityAdded(id, at);
    }),
  fc.tuple(entityId, tags).map(([id, metadata]) => {
    return entityRevised(id, { metadata });
  }),
  fc.tuple(entityId, place).map(([id, to]) => entityMoved(id, ...to)),
  entityId.map(entityDeleted),
  entityId.map(entityRestored),
);

const name = pick(['ada', 'al', 'mill', 'ann']);

/** The same said in other words, and which words mean the same. */
const said = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(name, name, pick(['f1', 'f2', 'f3'])) },
  { weight: 2, arbitrary: fc.tuple(name, name) },
);
const named = said.map((names) => {
  const [a = '', b = '', id] = names;
  if (id === undefined) return a < 'am' ? personNamed(a, b) : aliasSet(a, b);
  const triple = { subject: a, predicate: 'knows', object: b };
  return {
    type: 'FactAsserted' as const,
    stream: stream('fact', '', a, 'knows', b),
    data: { fact_id: id, ...triple, subject_key: a, object_key: b },
  };
});

/** What the kept things are made of, and now and then anything else. */
const dense: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 6, arbitrary: told.map((event) => ({ kind: 'event' as const, event })) },
  { weight: 4, arbitrary: named.map((event) => ({ kind: 'event' as const, event })) },
  {
    weight: 1,
    arbitrary: name.map((key) => ({ kind: 'event' as const, event: personForgotten(key) })),
  },
  { weight: 5, arbitrary: draft },
);

const NOW = '2024-05-02T12:00:00Z';

/** What is kept is kept for an open store; a new one remembers nothing. */
const forgetful = (): { store: Store } => ({ store: {} as Store });

function seenIn(tags: Tags): unknown {
  const pairs = [...tags.pairs.pairs()].map((pair) => {
    return JSON.stringify({ ...pair, domains: [...pair.domains].sort() });
  });
  const domains = [...tags.domains.nodes.values()].map((node) => ({
    ...node,
    realms: [...node.realms],
  }));
  return { domains, topics: tags.topics.rows, pairs: pairs.sort() };
}

const allNames = (names: Names): string[] => [
  ...new Set([...names.edges].flatMap(({ key, canonicalKey }) => [key, canonicalKey])),
];

/** Every name that has another, in use or not. */
const allRoots = (names: Names): Roots =>
  allNames(names).map((key) => [key, names.root(key)] as const);

function expectNames(db: Db, followed: Names): void {
  const anew = Names.of(db);
  expect(allRoots(followed)).toEqual(allRoots(anew));
  const facts = findFacts(db, { roots: allRoots(anew) });
  expect(findFacts(db, { roots: followed.rootsIn(db) })).toEqual(facts);
  for (const key of allNames(anew)) {
    const keys = anew.keysOf(key);
    const known = findFacts(db, { roots: allRoots(anew), keys });
    expect(findFacts(db, { roots: followed.rootsIn(db, keys), keys })).toEqual(known);
  }
  const isExpired = ({ toInstant }: (typeof facts)[number]): boolean => toInstant < NOW;
  const rootOf = (key: string): string => anew.root(key);
  const used = findFacts(db, { roots: [] }).flatMap((fact) => [fact.subjectKey, fact.objectKey]);
  const defined = allTerms(db).map(({ key }) => key);
  expect(factStats(db, followed.rootsIn(db), NOW)).toMatchObject({
    total: facts.length,
    expired: facts.filter(isExpired).length,
    current: facts.filter((fact) => fact.fromInstant <= NOW && !isExpired(fact)).length,
    subjects: new Set(facts.map(({ subjectKey }) => rootOf(subjectKey))).size,
    nodes: new Set([...used, ...defined].map(rootOf)).size,
  });
}

/** What is counted where it changes, beside what counting gives. */
function expectCounts(db: Db): void {
  expect(db.all('SELECT realm, domain, entities FROM place_counts')).toEqual(
    db.all(`SELECT realm, domain, count(*) AS entities FROM entities WHERE living = 1
      GROUP BY realm, domain ORDER BY realm, domain`),
  );
  const keys = db.all<{ key: string; subjects: number }>(
    `SELECT key, sum(subject) AS subjects FROM (
       SELECT subject_key AS key, 1 AS subject FROM facts UNION ALL SELECT object_key, 0 FROM facts
     ) GROUP BY key ORDER BY key`,
  );
  expect(db.all('SELECT key, subjects FROM fact_names')).toEqual(keys);
  expect(
    nameUses(
      db,
      keys.map(({ key }) => key),
    ),
  ).toEqual(keys);
  const { known, unknown, invalid, erased, total } = countEvents(db);
  expect([known, unknown, invalid, erased]).toEqual(
    [0, 1, 2, 3].map((status) => {
      const sql = 'SELECT count(*) AS count FROM events WHERE status = ?';
      return db.get<{ count: number }>(sql, status)?.count;
    }),
  );
  expect(total).toBe(known + unknown + invalid + erased);
}

/** Pages of the journal, read writer by writer, are those of the whole journal in order. */
function expectPages(db: Db): void {
  const all = db.all<{ replica: string; seq: number }>(
    `SELECT replica, seq FROM events JOIN writers USING (writer)
     ORDER BY at_ms, at_counter, replica, seq`,
  );
  for (const newestFirst of [true, false]) {
    const page = listEvents(db, { limit: 5, newestFirst });
    const expected = (newestFirst ? all.toReversed() : all).slice(0, 5);
    expect(page.map(({ replica, seq }) => ({ replica, seq }))).toEqual(expected);
  }
}

/** Looks at every machine after every action, as a process does that stays open. */
async function watchAll(machines: readonly Machine[], look: (at: number, db: Db) => void) {
  for (const [at, machine] of machines.entries()) {
    await machine.fold();
    look(at, machine.db);
  }
}

describe('what is kept of the views', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('is what would be worked out anew, whatever happened since', async () => {
    const property = fc.asyncProperty(history(dense), async (actions) => {
      await withMachines(MACHINES, async (machines) => {
        const sessions = machines.map(forgetful);
        for (const action of actions) {
          await playAll(machines, [action]);
          await watchAll(machines, (at, db) => {
            const session = sessions[at] ?? forgetful();
            expect(seenIn(tagsOf(session, db))).toEqual(seenIn(tagsOf(forgetful(), db)));
            expectNames(db, namesNow(session, db));
          });
        }
      });
    });
    await holds(property, runs(40, 800));
  });

  it('is counted as counting gives it, and its journal is read in order', async () => {
    const property = fc.asyncProperty(history(dense), async (actions) => {
      await withMachines(MACHINES, async (machines) => {
        await playAll(machines, actions);
        await watchAll(machines, (_, db) => {
          expectCounts(db);
          expectPages(db);
        });
      });
    });
    await holds(property, runs(40, 800));
  });
});
