/** The acceptance list of the core contract, one test each, named as the promise it keeps. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension, DimensionOptions } from '../../src/index.js';
import { open as openAt } from '../support/dimensions.js';
import { ChromaProcess, chromaObstacle } from '../support/chroma-server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MEANING: DimensionOptions = { embedder: 'sentence' };

async function fresh(options: DimensionOptions = {}): Promise<Dimension> {
  const { dimension } = openAt(join(temporaryFolder(), 'dimension'), options);
  await dimension.init();
  return dimension;
}

const six = (from: number): { realm: string; domain: string; content: string }[] =>
  Array.from({ length: 6 }, (_, index) => {
    const content = `Memory ${String(from + index)} tells of lighthouse ${String(index)}.`;
    return { realm: 'work', domain: 'notes', content };
  });

const ids = (hits: readonly { readonly id: string }[]): string[] => hits.map(({ id }) => id);

describe('memories', () => {
  it('1: switching the embedder between two batches of six leaves twelve memories', async () => {
    const d = await fresh();
    await d.batchAddEntities(six(0));
    const before = await d.listEntities();
    await d.setEmbedder('sentence');
    await d.batchAddEntities(six(6));
    const after = await d.listEntities();
    expect(after).toHaveLength(12);
    expect(after.slice(6)).toEqual(before);
  });

  it('2: after a restart each vector is still that of its memory', async () => {
    const d = await fresh(MEANING);
    await d.batchAddEntities(six(0));
    await d.reconnect();
    const id = await d.addEntity('work', 'notes', 'The cat sleeps on the warm stove.');
    for (const { id: each, content } of await d.listEntities()) {
      const [hit] = await d.search(content, { mode: 'vector', limit: 1 });
      expect([hit?.id, (hit?.distance ?? 1) < 0.001]).toEqual([each, true]);
    }
    expect(ids(await d.search('a pet dozing', { mode: 'vector', limit: 1 }))).toEqual([id]);
  });

  it('3: one id added or imported twice is one memory, one vector, its first date', async () => {
    const d = await fresh(MEANING);
    const item = { realm: 'work', domain: 'notes', content: 'The harbour is closed.' };
    await d.addEntity(item.realm, item.domain, item.content, { entityId: 'one' });
    const first = await d.getEntity('one');
    await d.addEntity(item.realm, item.domain, item.content, { entityId: 'one' });
    await d.importEntities([{ ...item, id: 'one' }], { overwrite: true });
    await d.embedPending();
    expect(await d.listEntities()).toMatchObject([{ created_at: first?.created_at }]);
    expect(await d.status()).toMatchObject({ vectors: 1 });
  });

  it('11: a memory can move to a realm and domain that are not there yet', async () => {
    const d = await fresh();
    const id = await d.addEntity('work', 'notes', 'one');
    expect(await d.updateEntity(id, { realm: 'home', domain: 'plans' })).toBe(true);
    expect(await d.listEntities({ realm: 'home', domain: 'plans' })).toMatchObject([{ id }]);
    expect(await d.getTaxonomy()).toMatchObject({ home: { plans: 1 } });
  });

  it('12: deleting what is not there says so', async () => {
    const d = await fresh();
    expect(await d.deleteEntities(['nope'])).toBe(0);
    expect(await d.deleteRealm('nope')).toBe(false);
  });

  it('13: a batch with a blank item is refused whole, naming the item', async () => {
    const d = await fresh();
    const items = six(0);
    const batch = d.batchAddEntities([
      ...items.slice(0, 3),
      { ...items[3], content: ' ' } as never,
    ]);
    await expect(batch).rejects.toThrow('entities[3]');
    expect(await d.listEntities()).toEqual([]);
  });

  it('14: a realm is found however it is spelled', async () => {
    const d = await fresh();
    await d.addEntity('My-Realm', 'notes', 'one');
    const spelled = await d.listEntities({ realm: 'My Realm' });
    expect(spelled).toHaveLength(1);
    expect(spelled).toEqual(await d.listEntities({ realm: 'my_realm' }));
  });

  it('22: what two processes add in turns is all there, with vectors', async () => {
    const d = await fresh();
    const { dimension: other } = openAt(d.path);
    for (let turn = 0; turn < 10; turn += 1) {
      await (turn % 2 === 0 ? d : other).addEntity('work', 'notes', `Turn ${String(turn)}.`);
    }
    await d.embedPending();
    for (const each of [d, other]) {
      expect(await each.listEntities()).toHaveLength(10);
      expect(await each.search('Turn 7.', { mode: 'vector', limit: 10 })).toHaveLength(10);
      expect(await each.status()).toMatchObject({ entities: 10, vectors: 10, unembedded: 0 });
    }
  });

  it('23: an export that is imported keeps its dates', async () => {
    const [from, to] = [await fresh(), await fresh()];
    await from.batchAddEntities(six(0));
    const exported = await from.exportCollection();
    await to.importEntities(exported);
    expect(await to.exportCollection()).toEqual(exported);
  });
});

describe('search', () => {
  it('4: keywords find only what holds them, whatever characters they have', async () => {
    const d = await fresh();
    const safari = await d.addEntity('work', 'bugs', 'Login freezes on Safari 18.2');
    await d.addEntity('work', 'bugs', 'The 18 users of release 2 are fine');
    const keyword = async (query: string): Promise<string[]> =>
      ids(await d.search(query, { mode: 'keyword' }));
    expect(await keyword('Safari 18.2')).toEqual([safari]);
    const odd: Record<string, string> = {
      "user's": "The user's own text",
      'foo:bar': 'Set foo:bar to true',
      '-foo': 'Pass -foo to it',
      'log*': 'The logging of it',
      '(login': 'Call (login first',
      '"open': 'Left "open it was',
    };
    for (const [query, content] of Object.entries(odd)) {
      const id = await d.addEntity('work', 'odd', content);
      expect(await keyword(query), query).toContain(id);
    }
  });

  it('5: keywords do not match ids', async () => {
    const d = await fresh();
    await d.addEntity('work', 'notes', 'Text alone', { entityId: 'doc_1' });
    expect(await d.search('doc', { mode: 'keyword' })).toEqual([]);
    expect(await d.search('1', { mode: 'keyword' })).toEqual([]);
  });

  it('6: small words between keywords are no obstacle', async () => {
    const d = await fresh();
    const id = await d.addEntity('work', 'notes', 'dogs, cats');
    expect(ids(await d.search('cats and dogs', { mode: 'keyword' }))).toEqual([id]);
  });

  const backends = [['hnsw', undefined] as const, ['chroma', chromaObstacle()] as const];
  describe.each(backends)('on %s', (backend, obstacle) => {
    it.skipIf(obstacle !== undefined)(
      '7: the very text comes first, and max_distance keeps near and drops far',
      { timeout: 120_000 },
      async () => {
        const server = backend === 'chroma' ? await ChromaProcess.prepare() : undefined;
        await server?.start();
        try {
          const chroma = server && { url: server.url };
          const d = await fresh({ ...MEANING, backend, ...(chroma && { chroma }) });
          const text = 'The lighthouse keeper counts the waves at night.';
          const id = await d.addEntity('work', 'notes', text);
          const far = await d.addEntity('work', 'notes', 'Invoices are due within thirty days.');
          await d.addEntity('work', 'notes', 'A keeper of bees sells honey.');
          const [first, second] = await d.search(text);
          expect(first?.id).toBe(id);
          expect(first?.score).toBeGreaterThan(second?.score ?? 1);
          const near = await d.searchMemories(text, { maxDistance: 0.5 });
          expect(ids(near.results)).toContain(id);
          expect(ids(near.results)).not.toContain(far);
          await d.close();
        } finally {
          await server?.kill();
        }
      },
    );
  });

  it('8: the one memory of a small realm in a big dimension is found with n = 1', async () => {
    const d = await fresh();
    const many = Array.from({ length: 500 }, (_, index) => {
      const content = `The lighthouse keeper counts wave ${String(index)}.`;
      return { realm: 'big', domain: 'notes', content };
    });
    await d.batchAddEntities(many);
    const id = await d.addEntity('small', 'notes', 'Bees need clover.');
    for (const mode of ['hybrid', 'vector'] as const) {
      const hits = await d.search('lighthouse keeper', { realm: 'small', limit: 1, mode });
      expect(ids(hits), mode).toEqual([id]);
    }
  });

  it('9: a union gives keyword hits without a source too, with their ids', async () => {
    const d = await fresh(MEANING);
    const id = await d.addEntity('work', 'notes', 'The code word is zyxomma.');
    const { results } = await d.searchMemories('zyxomma', { candidateStrategy: 'union' });
    expect(results[0]).toMatchObject({ id, realm: 'work', domain: 'notes' });
  });

  it('10: what meaning and words both find stands above what one of them finds', async () => {
    const d = await fresh(MEANING);
    const both = await d.addEntity('work', 'notes', 'The ferry to the island leaves at nine.');
    await d.addEntity('work', 'notes', 'The boat sails off at 9 towards the isle.');
    await d.addEntity('work', 'notes', 'Ferry is also the name of a cat; nine lives.');
    expect(ids(await d.search('when does the ferry to the island leave'))[0]).toBe(both);
  });

  it('16: an unknown mode or direction is an error', async () => {
    const d = await fresh();
    await d.addEntity('work', 'notes', 'one');
    const odd = { mode: 'fuzzy' } as never;
    await expect(d.search('one', odd)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const query = d.kg.query('one', { direction: 'sideways' as never });
    await expect(query).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('21: a backend chosen while empty is the one that finds after a restart', async () => {
    const d = await fresh();
    await d.setBackend('hnsw');
    const id = await d.addEntity('work', 'notes', 'The ferry leaves at nine.');
    await d.reconnect();
    expect(ids(await d.search('The ferry leaves', { mode: 'vector' }))).toEqual([id]);
    expect(await d.status()).toMatchObject({ backend: 'hnsw' });
  });
});

describe('what is known besides', () => {
  it('15: a bad date is refused, a fact said twice is one, its case does not matter', async () => {
    const d = await fresh();
    const bad = d.kg.add('LoginBug', 'affects', 'Safari', { validFrom: '2026-02-30' });
    await expect(bad).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const id = await d.kg.add('LoginBug', 'affects', 'Safari');
    expect(await d.kg.add('LoginBug', 'affects', 'Safari')).toBe(id);
    expect(ids(await d.kg.query('loginbug'))).toEqual([id]);
    expect((await d.kg.stats()).entities).toBe(2);
  });

  it('17: a tunnel stays inside the dimension, realms with one domain are an edge', async () => {
    const d = await fresh();
    const around = (): string[] => readdirSync(dirname(d.path));
    const before = around();
    await d.addEntity('work', 'bugs', 'one');
    await d.addEntity('home', 'bugs', 'two');
    expect(await d.graphStats()).toMatchObject({ total_edges: 1 });
    await d.addEntity('garden', 'bugs', 'three');
    expect(await d.graphStats()).toMatchObject({ total_edges: 3 });
    await d.addEntity('work', 'plans', 'four');
    await d.createTunnel({
      ...{ source_realm: 'work', source_domain: 'plans' },
      ...{ target_realm: 'home', target_domain: 'bugs' },
    });
    expect(await d.listTunnels()).toHaveLength(1);
    expect(around()).toEqual(before);
  });

  it('18: gateways are listed', async () => {
    const d = await fresh();
    for (const content of ['Alice told Bob of the ferry.', 'Bob met Alice at the harbour.']) {
      await d.addEntity('work', 'bugs', content, { metadata: { entities: 'Alice;Bob' } });
    }
    expect(await d.listGateways()).toMatchObject([
      { realm: 'work', entity_a: 'Alice', entity_b: 'Bob', co_occurrence_count: 2 },
    ]);
  });

  it('19: an agent wakes up with what it wrote, newest first within one second', async () => {
    const d = await fresh();
    for (const entry of ['first', 'second', 'third']) await d.diaryWrite('claude', entry);
    const { text } = await d.wakeUpAgent('claude');
    expect(text.match(/first|second|third/g)).toEqual(['third', 'second', 'first']);
  });

  it('20: a text is held against what the graph knows', async () => {
    const d = await fresh();
    await d.kg.add('Bob', 'business_partner', 'Alice');
    expect(await d.checkText("Bob is Alice's brother.")).toMatchObject([
      { type: 'relationship_mismatch', entity: 'Bob' },
    ]);
    expect(readdirSync(d.path).filter((name) => name.endsWith('.db'))).toEqual(
      readdirSync((await fresh()).path).filter((name) => name.endsWith('.db')),
    );
  });

  it('24: a spoilt persona.json costs no persona', async () => {
    const d = await fresh();
    await d.createPersona('coder', { systemPrompt: 'You are an expert.' });
    await d.close();
    mkdirSync(d.path, { recursive: true });
    writeFileSync(join(d.path, 'persona.json'), '{"personas": ');
    const { dimension: again } = openAt(d.path);
    await again.init();
    await again.setPersona('poet', { systemPrompt: 'You rhyme.' });
    expect((await again.listPersonas()).map(({ name }) => name)).toEqual(['coder', 'poet']);
    expect(await again.getPersonaCharacter('coder')).toBe('You are an expert.');
  });
});
