import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Db } from '../../../projections/index.js';
import { entityRegistryFile, knowledgeGraphFile, type Dimension } from '../../../src/index.js';
import { newKnowledge } from '../../support/knowledge.js';

afterEach(() => vi.unstubAllEnvs());

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Asks the live views, as who writes side files does. */
async function fromViews<Result>(dimension: Dimension, ask: (db: Db) => Result): Promise<Result> {
  await dimension.kg.stats();
  const live = readFileSync(join(dimension.path, 'live.json'), 'utf8');
  const { generation } = JSON.parse(live) as { generation: string };
  const db = new Db(join(dimension.path, 'views', `${generation}.db`), { readonly: true });
  try {
    return ask(db);
  } finally {
    db.close();
  }
}

async function filled(): Promise<Dimension> {
  const dimension = await newKnowledge();
  const { kg, registry } = dimension;
  await kg.add('Bob', 'knows', 'Ana', { validFrom: '2020-01-01', validTo: '2021-01-01' });
  await kg.add('Ana', 'is_a', 'person', { source: 'a letter', sourceFile: 'a.md' });
  await kg.addEntity('Bob', 'person', { born: 1990 });
  await kg.addEntity('Tea', 'drink');
  await registry.addSynonym('Annie', 'Ana');
  return dimension;
}

describe('knowledge_graph.json', () => {
  it('holds all facts, oldest first, and all names', async () => {
    const dimension = await filled();
    const file = await fromViews(dimension, (db) => knowledgeGraphFile(db, NOW));
    expect(Object.keys(file)).toEqual(['version', 'exported_at', 'facts', 'entities']);
    expect([file.version, file.exported_at]).toEqual([1, '2026-01-02T03:04:05.678Z']);
    expect(
      file.facts.map(({ subject, valid_to, current }) => [subject, valid_to, current]),
    ).toEqual([
      ['Bob', '2021-01-01', false],
      ['Ana', null, true],
    ]);
    expect(file.facts[1]).toMatchObject({ source: 'a letter', source_file: 'a.md' });
    expect(file.entities).toEqual([
      { key: 'ana', name: 'Ana', type: 'unknown', properties: {} },
      { key: 'bob', name: 'Bob', type: 'person', properties: { born: 1990 } },
      { key: 'person', name: 'person', type: 'unknown', properties: {} },
      { key: 'tea', name: 'Tea', type: 'drink', properties: {} },
    ]);
  });

  it('is the same after the views were folded again, whatever config.json says', async () => {
    const dimension = await filled();
    const files = (db: Db): unknown => [knowledgeGraphFile(db, NOW), entityRegistryFile(db, NOW)];
    const before = JSON.stringify(await fromViews(dimension, files));
    const config = join(process.env.ALT_MEMORY_HOME ?? '', 'config.json');
    writeFileSync(config, JSON.stringify({ people_map: { Bob: 'Ana' } }));
    await dimension.rebuild();
    expect(JSON.stringify(await fromViews(dimension, files))).toBe(before);
  });

  it('is taken in by another dimension, once', async () => {
    const first = await filled();
    const file = await first.kg.exportJson();
    const second = await newKnowledge();
    const { kg } = second;
    const read = JSON.parse(JSON.stringify(file)) as typeof file;
    expect(await kg.importJson(read)).toEqual({ imported: 2, skipped: 0, defined: 2 });
    expect(await kg.importJson(read)).toEqual({ imported: 0, skipped: 2, defined: 0 });
    expect(await first.kg.importJson(read)).toEqual({ imported: 0, skipped: 2, defined: 0 });
    const { facts, entities } = await kg.exportJson();
    const timeless = (list: typeof facts): unknown[] =>
      list.map((fact) => ({ ...fact, created_at: '' }));
    expect([timeless(facts), entities]).toEqual([timeless(file.facts), file.entities]);
  });

  it('with one bad part is refused whole, naming it', async () => {
    const dimension = await newKnowledge();
    const fact = { subject: 'a', predicate: 'b', object: 'c' };
    const many = Array.from({ length: 600 }, (_, at) => ({ ...fact, subject: String(at) }));
    const bad: [unknown, RegExp][] = [
      [{ facts: [fact, { ...fact, valid_from: 'May' }] }, /^facts\[1\]: /],
      [{ facts: [fact], entities: [{ name: ' ' }] }, /^entities\[0\]: /],
      [{ facts: [fact, { ...fact, id: 'a b' }] }, /^facts\[1\]: id must/],
      [{ facts: [fact], entities: [{ name: 'a' }, { name: 'a', type: ' ' }] }, /^entities\[1\]: /],
      [
        { facts: [...many, { ...fact, valid_from: '2026-02-01', valid_to: '2026-01-31' }] },
        /^facts\[600\]: valid_to lies before/,
      ],
      [{ facts: {} }, /^facts must be a list/],
      [null, /^The knowledge graph must be an object/],
    ];
    for (const [file, message] of bad) {
      await expect(dimension.kg.importJson(file as never)).rejects.toMatchObject({
        ...{ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string },
      });
    }
    expect(await dimension.kg.query()).toEqual([]);
  });
});

describe('entity_registry.json', () => {
  it('holds registered names under the one that is meant', async () => {
    const dimension = await filled();
    const file = await fromViews(dimension, (db) => entityRegistryFile(db, NOW));
    expect([file.version, Object.keys(file.entities)]).toEqual([1, ['Ana', 'Bob', 'Tea']]);
    const time = expect.stringMatching(/^\d{4}-.*Z$/) as string;
    expect(file.entities).toEqual({
      Ana: {
        ...{ key: 'ana', type: 'person', aliases: ['Annie'] },
        ...{ first_seen: time, last_seen: time, fact_count: 2 },
      },
      Bob: {
        ...{ key: 'bob', type: 'person', aliases: [] },
        ...{ first_seen: time, last_seen: time, fact_count: 1 },
      },
      Tea: {
        ...{ key: 'tea', type: 'drink', aliases: [] },
        ...{ first_seen: time, last_seen: time, fact_count: 0 },
      },
    });
    const { first_seen, last_seen } = (await dimension.registry.getEntity('Annie')) ?? {};
    expect(file.entities.Ana).toMatchObject({ first_seen, last_seen });
  });
});
