/** What is asked of a filled dimension beside searching it, each with its floor in bare SQLite. */
import { HUB, personOf } from './palace.mjs';

export const BUDGET_MS = 5;
const NOW = '2026-06-01T00:00:00Z';
const SAID = 'Ada told Hal of the lighthouse by the sea. '.repeat(20);
const TEXT = `${personOf(1)}'s brother is ${personOf(2)}. ${SAID}`;
const MEMORY = `id, realm, domain, content, metadata, source_file, created_ms, updated_ms`;

const keyOf = (name) => name.toLowerCase().replaceAll(' ', '_');

/** The facts of a person, under both names. */
function factsOf(index) {
  const keys = [personOf(index), `Dr ${personOf(index)}`].map((name) => `'${keyOf(name)}'`);
  return `SELECT * FROM facts WHERE subject_key IN (${keys}) OR object_key IN (${keys})`;
}

const FACTS_OF_HUB = factsOf(7);
const PLACES = `SELECT realm, domain, count(*), min(created_ms) FROM entities WHERE living = 1
  GROUP BY realm, domain`;
const TAGS = `SELECT realm, domain, metadata ->> 'gate', metadata ->> 'date', count(*)
  FROM entities WHERE living = 1 GROUP BY 1, 2, 3, 4`;
const TOPICS = `SELECT realm, metadata ->> 'topic', min(added) FROM entities WHERE living = 1
  GROUP BY 1, 2`;
const NAMES = `SELECT realm, domain, metadata -> 'entities' FROM entities WHERE living = 1`;
const DUG = 'SELECT * FROM tunnels WHERE open = 1';
const RECORDS = `SELECT ${MEMORY} FROM entities
  WHERE living = 1 AND agent <> '' AND agent = 'agent_3' AND kind = 'record'
  ORDER BY created_ms DESC, added DESC LIMIT 10`;
const STORY = `SELECT ${MEMORY}, weight FROM entities WHERE num IN (
  SELECT num FROM entities WHERE living = 1 AND weight IS NOT NULL
  ORDER BY weight DESC, created_ms DESC, added DESC LIMIT 15)`;

/** Realms, domains, memories, the log. */
const places = (dimension, size) => [
  {
    work: 'status',
    run: () => dimension.status(),
    floor: [PLACES, 'SELECT count(*) FROM facts', DUG, 'SELECT * FROM heads'],
    isBudgeted: true,
  },
  { work: 'realms', run: () => dimension.listRealms(), floor: [PLACES] },
  {
    work: 'domains of a realm',
    run: () => dimension.listDomains('realm_3'),
    floor: [PLACES.replace('living = 1', "living = 1 AND realm = 'realm_3'")],
  },
  { work: 'taxonomy', run: () => dimension.getTaxonomy(), floor: [PLACES] },
  {
    work: 'list 20 memories and their total',
    run: () => dimension.pageEntities({ limit: 20 }),
    floor: [
      `SELECT ${MEMORY} FROM entities WHERE living = 1
       ORDER BY created_ms DESC, added DESC LIMIT 20`,
      'SELECT count(*) FROM entities WHERE living = 1',
    ],
  },
  {
    work: 'list 20 memories of a realm and their total',
    run: () => dimension.pageEntities({ realm: 'realm_3', limit: 20 }),
    floor: [
      `SELECT ${MEMORY} FROM entities WHERE living = 1 AND realm = 'realm_3'
       ORDER BY created_ms DESC, added DESC LIMIT 20`,
      "SELECT count(*) FROM entities WHERE living = 1 AND realm = 'realm_3'",
    ],
  },
  { work: 'memories filed away', run: () => dimension.memoriesFiledAway(), floor: [] },
  {
    work: 'history of a memory',
    run: () => dimension.entityHistory('memory-77'),
    floor: [`SELECT * FROM events JOIN entities USING (stream) WHERE id = 'memory-77'`],
  },
  {
    work: 'the 50 newest events',
    run: () => dimension.history({ limit: 50 }),
    floor: ['SELECT * FROM events ORDER BY writer DESC, seq DESC LIMIT 50'],
  },
  {
    work: `export ${size.toLocaleString('en')} memories`,
    run: () => dimension.exportCollection(),
    floor: [`SELECT ${MEMORY} FROM entities WHERE living = 1 ORDER BY created_ms, added`],
    isLong: true,
  },
];

/** Facts and names. */
const knowledge = (dimension) => [
  {
    work: 'facts of a node with 1,000 edges',
    run: () => dimension.kg.query(HUB),
    floor: [`${FACTS_OF_HUB} ORDER BY created_ms DESC, added DESC`],
    isBudgeted: true,
  },
  {
    work: 'facts of that node at a time, 20 of them',
    run: () => dimension.kg.find(HUB, { asOf: NOW, limit: 20 }),
    floor: [
      `SELECT * FROM (${FACTS_OF_HUB}) WHERE from_instant <= '${NOW}' AND to_instant >= '${NOW}'
       ORDER BY created_ms DESC, added DESC LIMIT 20`,
    ],
  },
  {
    work: 'facts of a node with seven edges',
    run: () => dimension.kg.query(personOf(1_499)),
    floor: [factsOf(1_499)],
  },
  {
    work: 'timeline of the node with 1,000 edges',
    run: () => dimension.kg.timeline(HUB),
    floor: [`${FACTS_OF_HUB} ORDER BY valid_from IS NULL, from_instant, created_ms, added`],
    isBudgeted: true,
  },
  {
    work: 'timeline of all, its first 500',
    run: () => dimension.kg.pageTimeline(null, { limit: 500 }),
    floor: [
      `SELECT * FROM facts ORDER BY valid_from IS NULL, from_instant, created_ms, added LIMIT 500`,
      'SELECT count(*) FROM facts',
    ],
  },
  {
    work: 'kg stats',
    run: () => dimension.kg.stats(),
    floor: [
      'SELECT count(*), count(DISTINCT subject_key) FROM facts',
      'SELECT count(*) FROM (SELECT subject_key FROM facts UNION SELECT object_key FROM facts)',
      'SELECT DISTINCT predicate FROM facts',
    ],
  },
  {
    work: 'check a text of 900 characters',
    run: () => dimension.checkText(TEXT),
    floor: [`SELECT 1 FROM facts WHERE subject_key = '${keyOf(personOf(1))}'`],
  },
  {
    work: 'a registered name, by a variant of it',
    run: () => dimension.registry.getEntity(`Dr ${personOf(12)}`),
    floor: [factsOf(12)],
  },
  {
    work: 'the people map of 5,000',
    run: () => dimension.getPeopleMap(),
    floor: ['SELECT variant, canonical FROM people ORDER BY variant'],
  },
];

/** Diaries, wake-ups, personas. */
const records = (dimension) => [
  {
    work: 'read ten records of an agent',
    run: () => dimension.diaryRead('agent 3'),
    floor: [RECORDS],
  },
  {
    work: 'agents',
    run: () => dimension.describeAgents(),
    floor: [
      `SELECT agent, realm, count(*), max(created_ms) FROM entities INDEXED BY entities_agent
       WHERE living = 1 AND agent <> '' GROUP BY 1, 2`,
    ],
  },
  { work: 'wake-up', run: () => dimension.wakeUp(), floor: [STORY], isBudgeted: true },
  {
    work: 'wake-up of a realm',
    run: () => dimension.wakeUp({ realm: 'realm_3' }),
    floor: [STORY.replace('IS NOT NULL', "IS NOT NULL AND +realm = 'realm_3'")],
    isBudgeted: true,
  },
  {
    work: 'wake-up of an agent',
    run: () => dimension.wakeUpAgent('agent 3'),
    floor: [RECORDS],
    isBudgeted: true,
  },
  { work: 'personas', run: () => dimension.listPersonas(), floor: ['SELECT * FROM personas'] },
  {
    work: 'nodes of a source',
    run: () => dimension.listNodes('/notes/file-7-6.md'),
    floor: [
      `SELECT * FROM node_sources JOIN nodes USING (stream)
       WHERE source_file = '/notes/file-7-6.md'`,
    ],
  },
  {
    work: 'nodes of 500 sources',
    run: () => dimension.listNodes(),
    floor: ['SELECT * FROM node_sources JOIN nodes USING (stream)'],
    isLong: true,
  },
];

/** What is seen in all memories. Each is asked again when nothing changed, and after a write. */
export const graphReads = (dimension) => [
  { work: 'build_graph', run: () => dimension.buildGraph(), floor: [TAGS] },
  { work: 'traverse', run: () => dimension.traverse('domain_3'), floor: [TAGS, DUG] },
  { work: 'find tunnels', run: () => dimension.findTunnels(), floor: [TAGS, DUG] },
  { work: 'list tunnels', run: () => dimension.listTunnels(), floor: [TOPICS, NAMES, DUG] },
  {
    work: 'follow tunnels',
    run: () => dimension.followTunnels('realm_3', 'domain_3'),
    floor: [TOPICS, NAMES, DUG],
  },
  { work: 'gateways', run: () => dimension.listGateways(), floor: [NAMES] },
  { work: 'graph stats', run: () => dimension.graphStats(), floor: [TAGS, TOPICS, NAMES, DUG] },
];

/** The dialect and the comparison of what a source says; they need the memories themselves. */
const texts = (dimension) => [
  {
    work: 'aaak of 20 memories',
    run: () => dimension.aaakMemories({ limit: 20, dryRun: true }),
    floor: [`SELECT ${MEMORY} FROM entities WHERE living = 1 ORDER BY created_ms, added LIMIT 20`],
  },
  {
    work: 'aaak of a text, asked before',
    run: () => dimension.aaakCompress(TEXT),
    floor: [],
  },
  {
    work: 'dedup of 20 sources of ten memories, dry',
    run: () => dimension.dedup({ source: '/notes/file-1-' }),
    floor: [
      `SELECT id, content_hash, text_hash FROM entities JOIN passages ON entity = num
       WHERE living = 1 AND source_file GLOB '/notes/file-1-*' ORDER BY source_file, added`,
    ],
    isLong: true,
  },
];

/** Every read but those of the graph. */
export const viewReads = (dimension, size) => [
  ...places(dimension, size),
  ...knowledge(dimension),
  ...records(dimension),
  ...texts(dimension),
];
