/**
 * The Python API of the owner's document, line by line, as TypeScript: each test is a section of
 * it under the same heading. Names in camel case, named arguments as an object; the rest is as it
 * stands there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aaak_compress,
  aaak_decompress,
  aaak_parse_entry,
  createTunnel,
  Dimension,
  findTunnels,
  followTunnels,
  graphStats,
  traverse,
} from '../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'alt-memory-owner-'));
let d: Dimension;

beforeAll(async () => {
  d = new Dimension({
    path: join(folder, 'my-dim'),
    backend: 'faiss',
  });
  expect(await d.init()).toBe(true);
});

afterAll(async () => {
  await d.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('Core CRUD', () => {
  it('adds, reads, lists, updates, deletes', async () => {
    const eid = await d.addEntity('work', 'bugs', 'Login freezes on Safari', {
      metadata: { priority: 'high' },
      sourceFile: 'src/auth.py',
    });
    expect(eid).toMatch(/./);

    const entity = await d.getEntity(eid);
    expect(entity).toMatchObject({
      id: eid,
      realm: 'work',
      domain: 'bugs',
      content: 'Login freezes on Safari',
      metadata: { priority: 'high' },
      source_file: 'src/auth.py',
    });

    const entities = await d.listEntities({ realm: 'work', domain: 'bugs', limit: 20, offset: 0 });
    expect(entities).toEqual([entity]);

    await d.updateEntity(eid, { content: 'Updated description', metadata: { status: 'fixed' } });
    expect(await d.getEntity(eid)).toMatchObject({
      content: 'Updated description',
      metadata: { priority: 'high', status: 'fixed' },
    });

    const eid1 = await d.addEntity('work', 'bugs', 'To be deleted');
    const eid2 = await d.addEntity('work', 'bugs', 'To be deleted, too');
    expect(await d.deleteEntity(eid)).toBe(true);
    expect(await d.deleteEntities([eid1, eid2])).toBe(2);
    expect(await d.getEntity(eid)).toBeUndefined();

    const ids = await d.batchAddEntities([
      ['work', 'bugs', 'Bug one', {}, '', null],
      ['work', 'bugs', 'Bug two', {}, '', null],
    ]);
    const contents = await Promise.all(ids.map(async (id) => (await d.getEntity(id))?.content));
    expect(contents).toEqual(['Bug one', 'Bug two']);
  });
});

describe('Search', () => {
  it('is hybrid, by vector, by keyword, filtered, and for programs', async () => {
    const login = await d.addEntity('work', 'bugs', 'The login page freezes in Safari 18.2');
    const near = await d.addEntity('work', 'bugs', 'Login problems');
    const timeout = await d.addEntity('work', 'api', 'Authentication timeout after thirty seconds');
    await d.embedPending();

    let results = await d.search('login safari', { nResults: 10, mode: 'hybrid' });
    expect(results[0]?.id).toBe(login);

    results = await d.search('authentication timeout', { mode: 'vector' });
    expect(results[0]?.id).toBe(timeout);

    results = await d.search('Safari 18.2', { mode: 'keyword' });
    expect(results.map(({ id }) => id)).toEqual([login]);

    results = await d.search('login', { realm: 'work', domain: 'bugs' });
    expect(results.slice(0, 2).map(({ id }) => id)).toEqual([near, login]);
    for (const key of ['id', 'text', 'distance', 'metadata', 'realm', 'domain']) {
      expect(results[0]).toHaveProperty(key);
    }

    const found = await d.searchMemories('login', {
      nResults: 5,
      realm: 'work',
      maxDistance: 0.5,
      candidateStrategy: 'union',
    });
    expect(found.results[0]?.id).toBe(near);
    for (const { distance } of found.results) expect(distance).toBeLessThanOrEqual(0.5);
  });
});

describe('Realm & Domain Management', () => {
  it('lists, makes and deletes realms and domains', async () => {
    const [realm] = await d.listRealms();
    expect(realm).toMatchObject({ name: 'work', entity_count: 5 });
    expect(await d.getOrCreateRealm('work', 'Work stuff')).toBe('work');
    expect((await d.listRealms())[0]).toMatchObject({ description: 'Work stuff' });

    const domains = await d.listDomains('work');
    expect(domains[1]).toMatchObject({ name: 'bugs', entity_count: 4 });
    expect(await d.getOrCreateDomain('work', 'bugs', 'Bug tracking')).toBe('bugs');
    expect(await d.deleteDomain('work', 'bugs')).toBe(true);
    expect((await d.listDomains('work')).map(({ name }) => name)).toEqual(['api']);

    expect(await d.deleteRealm('work')).toBe(true);
    expect([await d.listRealms(), await d.listEntities()]).toEqual([[], []]);
  });
});

describe('Knowledge Graph', () => {
  it('takes facts, answers about a name, and ends facts', async () => {
    await d.kg.add('LoginBug', 'affects', 'Safari', { validFrom: '2026-05-01' });
    await d.kg.add('LoginBug', 'priority', 'high');
    let facts = await d.kg.query('LoginBug');
    expect(facts).toHaveLength(2);
    facts = await d.kg.query('LoginBug', { asOf: '2026-05-15' });
    expect(facts.map(({ predicate }) => predicate).sort()).toEqual(['affects', 'priority']);
    facts = await d.kg.query('LoginBug', { asOf: '2026-04-15' });
    expect(facts.map(({ predicate }) => predicate)).toEqual(['priority']);
    facts = await d.kg.query('LoginBug', { direction: 'outgoing' });
    expect(facts).toHaveLength(2);
    expect(await d.kg.query('LoginBug', { direction: 'incoming' })).toEqual([]);
    await d.kg.invalidate('LoginBug', 'affects', 'Safari', { ended: '2026-06-01' });
    const ended = (await d.kg.query('LoginBug')).find(({ predicate }) => predicate === 'affects');
    expect(ended).toMatchObject({ valid_from: '2026-05-01', valid_to: '2026-06-01' });
    expect(await d.kg.stats()).toMatchObject({
      ...{ total_facts: 2, unique_subjects: 1, unique_predicates: 2, entities: 3 },
      ...{ current_facts: 1, expired_facts: 1, relationship_types: ['affects', 'priority'] },
    });
    const story = await d.kg.timeline('LoginBug');
    expect(story.map(({ predicate }) => predicate)).toEqual(['affects', 'priority']);
  });
});

describe('Agent Records (Diaries)', () => {
  it('writes in layers, reads what is newest, lists who wrote', async () => {
    await d.diaryWrite('claude', 'DEBUG: found race condition in auth retry', { topic: 'debug' });
    await d.diaryWrite('claude', 'SESSION:2026-05-31|fixed.auth|★★★', { topic: 'summary' });
    const entries = await d.diaryRead('claude', { lastN: 5 });
    expect(entries.map(({ layer }) => layer)).toEqual(['L1', 'L0']);
    expect(entries[0]?.content).toBe('SESSION:2026-05-31|fixed.auth|★★★');
    expect(await d.listAgents()).toEqual(['claude']);
    await d.deleteRealm('agent_claude');
  });

  it('links places and walks from one to another, also by functions that take a path', async () => {
    await d.addEntity('work', 'bugs', 'Login freezes on Safari', { entityId: 'bug' });
    await d.addEntity('personal', 'learnings', 'Retries need a lock');
    const tunnel = await createTunnel(d, {
      ...{ source_realm: 'work', source_domain: 'bugs' },
      ...{ target_realm: 'personal', target_domain: 'learnings' },
      label: 'Same root cause',
    });
    expect(tunnel).toMatchObject({ label: 'Same root cause', kind: 'explicit' });
    const steps = await traverse(d, 'bugs', { maxHops: 2 });
    expect(steps.map(({ domain }) => domain)).toEqual(['bugs', 'learnings']);
    expect(await findTunnels(d.path, { realmA: 'work', realmB: 'personal' })).toHaveLength(1);
    expect(await graphStats(d)).toMatchObject({ explicit_tunnels: 1 });
    expect(await followTunnels(d, 'work', 'bugs')).toMatchObject([
      { direction: 'outgoing', connected_realm: 'personal', connected_domain: 'learnings' },
    ]);
    await d.deleteRealm('work');
    await d.deleteRealm('personal');
  });
});

describe('Backend & Embedder Control', () => {
  it('switches the vector store and the embedder', async () => {
    expect(await d.setBackend('faiss')).toMatchObject({ backend: 'hnsw' });
    expect(await d.setEmbedder('numpy')).toMatchObject({ model: 'numpy' });
    expect(await d.setEmbedder('minilm')).toMatchObject({ requested: 'minilm' });
    expect(await d.setEmbedder('minilm', { device: 'cpu' })).toMatchObject({ device: 'cpu' });
    expect(await d.setEmbedder('sentence')).toMatchObject({ requested: 'sentence' });
  });
});

describe('Status & Maintenance', () => {
  it('says what there is, and looks after it', async () => {
    const id = await d.addEntity('work', 'bugs', 'new content to check');
    const status = await d.status();
    expect(status).toMatchObject({ entities: 1, realms: 1, domains: 1, embedder: 'sentence' });
    const taxonomy = await d.getTaxonomy();
    expect(taxonomy).toEqual({ work: { bugs: 1 } });

    expect(await d.rebuildFts()).toBe(1);

    const dup = await d.checkDuplicate('new content to check', 0.9);
    expect(dup).toMatchObject({ duplicate: true, matches: [{ id }] });

    await d.reconnect();
    expect(await d.memoriesFiledAway()).toMatchObject({
      total_entities: 1,
      last_content_preview: 'new content to check',
    });
  });
});

describe('Export / Import', () => {
  it('gives everything as a list, and takes it in again', async () => {
    const all = await d.exportCollection();
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
    const filtered = await d.exportCollection({ realm: 'work', domain: 'bugs' });
    expect(filtered).toEqual(all);

    await d.deleteRealm('work');
    const count = await d.importEntities(all, { overwrite: false });
    expect(count).toBe(1);
    expect(await d.exportCollection()).toEqual(all);
  });
});

describe('Personas', () => {
  it('makes, takes on, shows and deletes characters', async () => {
    await d.createPersona('coder', { systemPrompt: 'You are an expert Python developer.' });
    expect(await d.getPersona()).toMatchObject({ name: '' });
    await d.setPersona('coder');
    expect(await d.getPersona()).toMatchObject({ name: 'coder', active: true });
    expect(await d.getPersonaCharacter()).toBe('You are an expert Python developer.');
    expect(await d.getPersonaCharacter('coder')).toBe('You are an expert Python developer.');
    expect((await d.listPersonas()).map(({ name }) => name)).toEqual(['coder']);
    expect(await d.deletePersona('coder')).toBe(true);
    expect(await d.deletePersona('coder')).toBe(false);
    expect(await d.switchPersona('architect')).toMatchObject({ name: 'architect', active: true });
  });

  it('have a realm of their own for memories, facts and diary entries', async () => {
    await d.createPersona('donald_trump', { systemPrompt: 'Act as if you are Donald Trump...' });
    await d.setPersona('donald_trump');
    expect(await d.getPersonaCharacter()).toBe('Act as if you are Donald Trump...');
    const realm = 'persona_donald_trump';
    const id = await d.addEntity(realm, 'style', 'Says what he thinks');
    const fact = await d.kg.add('tariffs', 'are', 'beautiful', { realm });
    await d.diaryWrite('donald_trump', 'Held a rally', { realm });
    expect(await d.search('what he thinks', { realm, limit: 1 })).toMatchObject([{ id }]);
    expect(await d.kg.query('tariffs', { realm })).toMatchObject([{ id: fact }]);
    expect(await d.kg.query('tariffs', { realm: 'persona_architect' })).toEqual([]);
    expect(await d.diaryRead('donald_trump', { realm })).toHaveLength(1);
  });
});

describe('AAAK Compression', () => {
  it('compresses, parses and expands', () => {
    const family = 'Alice loves Jordan, they have two kids: Riley (18, into sports)';
    const line = 'FAM: ALC→♡JOR | 2D(kids): RIL(18,sports) | ★★★★';
    expect(aaak_compress(family)).toBe(line);
    const compressed = aaak_compress('Long text here');
    expect(aaak_parse_entry(compressed)).toMatchObject({ valid: true });
    expect(aaak_decompress(compressed)).toBe('Long text here');
  });
});
