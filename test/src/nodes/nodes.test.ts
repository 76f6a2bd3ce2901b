/** Cross-references through the library: mined, changed, listed, built anew, used in search. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '@msgpack/msgpack';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeFiles } from '../../../src/nodes/list.js';
import { Opening } from '../../../src/opening.js';
import type { Dimension } from '../../../src/index.js';
import { copyOf, expectVerified, open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Longer than one part. */
const FILLER = 'Nothing much happens in this sentence. '.repeat(15);
const LOGIN = `# Login redirects

We fixed the redirect loop after Ada found that Ada's cookie was lost. ${FILLER}

## Session storage

The team decided to keep sessions in SQLite, not in memory. ${FILLER}
`;
const GARDEN = '# Roses\n\nRoses want sun for half of the day and are pruned in early spring.\n';

interface Project {
  readonly dimension: Dimension;
  readonly path: string;
  readonly folder: string;
  readonly login: string;
  readonly garden: string;
}

async function mined(): Promise<Project> {
  const folder = join(temporaryFolder(), 'project');
  mkdirSync(folder, { recursive: true });
  const [login, garden] = [join(folder, 'login.md'), join(folder, 'garden.md')];
  writeFileSync(login, LOGIN);
  writeFileSync(garden, GARDEN);
  const path = join(temporaryFolder(), 'dimension');
  const { dimension } = open(path);
  await dimension.init();
  await dimension.mine(folder, { realm: 'work', domain: 'docs' });
  return { dimension, path, folder, login, garden };
}

const topics = async (dimension: Dimension, file?: string): Promise<string[]> => {
  const nodes = await dimension.listNodes(file);
  return nodes.flatMap(({ content }) =>
    content.split('\n').map((line) => line.split('|')[0] ?? ''),
  );
};

const typesOf = async (dimension: Dimension): Promise<(string | null)[]> => {
  const { events } = await dimension.history({ limit: 50 });
  return events.map(({ type }) => type);
};

describe('a mined file', () => {
  it('has nodes, filed in the commit of its parts', async () => {
    const { dimension, login } = await mined();
    const nodes = await dimension.listNodes(login);
    const base = createHash('sha256').update(`work|docs|${login}`).digest('hex').slice(0, 24);
    const entities = await dimension.listEntities({});
    const ids = entities.filter(({ source_file: file }) => file === login).map(({ id }) => id);
    expect(nodes).toEqual([
      {
        id: `node_${base}_01`,
        content: expect.stringMatching(
          /^fixed the redirect loop after ada found that\|Ada\|\d{4}-\d\d-\d\d:L1-L\d\|→ent_/,
        ) as string,
        source_file: login,
        realm: 'work',
        domain: 'docs',
        created_at: expect.stringMatching(/^20/) as string,
        metadata: {
          source_file: login,
          realm: 'work',
          domain: 'docs',
          filed_at: nodes[0]?.created_at,
          entities: ['Ada'],
          date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
          normalize_version: 2,
        },
      },
    ]);
    for (const id of ids) expect(nodes[0]?.content).toContain(id);
    expect(await topics(dimension, login)).toContain('decided to keep sessions in sqlite');
    expect(await topics(dimension)).toContain('roses');
    expect(await dimension.listNodes('/nowhere.md')).toEqual([]);
    await expectVerified(dimension);
  });

  it('mined again has the nodes of what it says now, and no others', async () => {
    const { dimension, folder, login } = await mined();
    await dimension.mine(folder, { realm: 'work', domain: 'docs' });
    const before = await typesOf(dimension);
    expect(before.filter((type) => type === 'NodesBuilt')).toHaveLength(2);
    writeFileSync(login, LOGIN.replace('# Login redirects', '# Cookie paths'));
    await dimension.mine(folder, { realm: 'work', domain: 'docs' });
    expect(await topics(dimension, login)).toContain('cookie paths');
    expect(await topics(dimension, login)).not.toContain('login redirects');
    expect(await dimension.listNodes(login)).toHaveLength(1);
    expect((await dimension.listNodes(login))[0]?.id).toMatch(/_01$/);
  });

  it('quotes nothing of a part that is deleted, and again when it is brought back', async () => {
    const { dimension, login } = await mined();
    const entities = await dimension.listEntities({});
    const parts = entities.filter(({ source_file: file }) => file === login);
    const all = await topics(dimension, login);
    const session = parts.find(({ content }) => content.includes('SQLite'));
    const id = session?.id ?? '';
    await dimension.deleteEntity(id);
    const nodes = await dimension.listNodes(login);
    expect(parts).toHaveLength(2);
    expect(nodes.map(({ content }) => content).join()).not.toContain(id);
    expect(all).toContain('decided to keep sessions in sqlite');
    expect(await topics(dimension, login)).not.toContain('decided to keep sessions in sqlite');
    await dimension.restoreEntity(id);
    expect(await topics(dimension, login)).toEqual(all);
    await dimension.deleteEntities(parts.map((part) => part.id));
    expect(await dimension.listNodes(login)).toEqual([]);
    expect((await typesOf(dimension))[0]).toBe('NodesPurged');
    expect(await topics(dimension)).toEqual(['roses']);
    await expectVerified(dimension);
  });

  it('has nodes for what a part says after it was changed', async () => {
    const { dimension, garden } = await mined();
    const [part] = (await dimension.listEntities({})).filter((one) => one.source_file === garden);
    await dimension.updateEntity(part?.id ?? '', { content: '# Tulips\n\nTulips want cold.' });
    expect(await topics(dimension, garden)).toEqual(['tulips']);
    await dimension.updateEntity(part?.id ?? '', { metadata: { checked: true } });
    const built = (await typesOf(dimension)).filter((type) => type === 'NodesBuilt');
    expect(built).toHaveLength(3);
  });

  it('has its nodes where its parts are filed', async () => {
    const { dimension, garden } = await mined();
    const [part] = (await dimension.listEntities({})).filter((one) => one.source_file === garden);
    await dimension.updateEntity(part?.id ?? '', { realm: 'home' });
    expect(await dimension.listNodes(garden)).toMatchObject([{ realm: 'home', domain: 'docs' }]);
  });

  it('loses nothing of its idempotent deletions', async () => {
    const { dimension, garden } = await mined();
    const [part] = (await dimension.listEntities({})).filter((one) => one.source_file === garden);
    const ids = [part?.id ?? '', 'unknown'];
    const first = await dimension.removeEntities(ids, { idempotencyKey: 'k' });
    expect(first).toEqual({ deleted: 1, missing: ['unknown'] });
    expect(await dimension.removeEntities(ids, { idempotencyKey: 'k' })).toEqual(first);
  });
});

describe('nodes built anew', () => {
  it('are the same, and append nothing', async () => {
    const { dimension, login } = await mined();
    const before = await dimension.listNodes();
    expect(await dimension.rebuildNodes(login)).toEqual({
      sources: 1,
      rebuilt: 0,
      failed: [],
      input_tokens: 0,
      output_tokens: 0,
    });
    expect(await dimension.rebuildNodes()).toMatchObject({ sources: 2, rebuilt: 0 });
    expect(await dimension.listNodes()).toEqual(before);
  });

  it('are made for memories that were filed by hand, realm by realm', async () => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    const source = { sourceFile: 'talk.txt' };
    await dimension.addEntity('work', 'a', 'We fixed the roof.', { ...source, entityId: 'b,1' });
    await dimension.addEntity('home', 'b', 'We painted the door.', source);
    await dimension.addEntity('home', 'b', 'No source, so we fixed nothing.');
    expect(await dimension.listNodes()).toEqual([]);
    expect(await dimension.rebuildNodes()).toMatchObject({ sources: 1, rebuilt: 1 });
    expect(await topics(dimension)).toEqual(['home/b/talk', 'fixed the roof']);
    await dimension.deleteEntity('b,1');
    expect(await topics(dimension)).toEqual(['home/b/talk']);
  });

  it('are refused for a file that no memory names', async () => {
    const { dimension } = await mined();
    const unknown = dimension.rebuildNodes('/nowhere.md');
    await expect(unknown).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const wrong = dimension.listNodes(7 as unknown as string);
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('stop when asked, and tell how far they are', async () => {
    const { dimension } = await mined();
    const steps: number[][] = [];
    await dimension.rebuildNodes(undefined, { onSource: (...step) => steps.push(step) });
    expect(steps).toEqual([
      [1, 2],
      [2, 2],
    ]);
    const stopped = dimension.rebuildNodes(undefined, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('are seen by another handle, and by views that are folded from nothing', async () => {
    const { dimension, path, login } = await mined();
    const { dimension: other } = open(path);
    await other.listNodes();
    writeFileSync(login, `${LOGIN}\n# Cookie paths\n`);
    await dimension.mine(login, { realm: 'work', domain: 'docs' });
    expect(await topics(other, login)).toContain('cookie paths');
    const nodes = await dimension.listNodes();
    await dimension.rebuild();
    expect(await dimension.listNodes()).toEqual(nodes);
    const { dimension: copy } = open(copyOf(path));
    expect(await copy.listNodes()).toEqual(nodes);
  });
});

describe('a search', () => {
  it('lifts all memories of the file whose nodes answer, and shows what answers', async () => {
    const { dimension, login } = await mined();
    const found = await dimension.searchMemories('redirect loop', { candidateStrategy: 'union' });
    const own = found.results.filter((hit) => hit.source_file === login);
    expect(own.length).toBeGreaterThan(0);
    for (const hit of found.results) {
      expect(hit.node_boost).toBe(hit.source_file === login ? 0.4 : 0);
      expect(hit.matched_via.endsWith('+node')).toBe(hit.source_file === login);
      expect('node_preview' in hit).toBe(hit.source_file === login);
    }
    const preview = own[0]?.node_preview ?? '';
    expect(preview).toContain('fixed the redirect loop after ada found that (Ada)');
    expect(preview).not.toContain('ent_');
    expect(preview.length).toBeLessThanOrEqual(200);
  });

  it('goes by the question: another one lifts another file, or none', async () => {
    const { dimension, garden } = await mined();
    const boosts = async (question: string, where = {}) => {
      const hits = await dimension.search(question, where);
      return new Set(hits.filter((hit) => hit.node_boost > 0).map((hit) => hit.source_file));
    };
    expect(await boosts('roses')).toEqual(new Set([garden]));
    expect(await boosts('roses', { realm: 'work', domain: 'docs' })).toEqual(new Set([garden]));
    expect(await boosts('roses', { realm: 'home' })).toEqual(new Set());
    expect(await boosts('what does the weather forecast say about storms')).toEqual(new Set());
    expect(await boosts('which of the roses survive winter storms without sun')).toEqual(new Set());
    expect(await boosts('tulip roses')).toEqual(new Set());
    expect(await boosts('"roses" AND (NOT')).toEqual(new Set([garden]));
    expect(await boosts('…!?')).toEqual(new Set());
  });

  it('boosts five files by rank: 0.40, 0.25, 0.15, 0.08, 0.04, and no more', async () => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    const items = Array.from({ length: 7 }, (_, index) => {
      const rest = `fixed the thing. decided on item ${'very '.repeat(index)}late.`;
      return [0, 1].map((part) => ({
        realm: 'work',
        domain: 'notes',
        content: `# Zebra crossing\n\nPart ${String(part)}. ${rest}`,
        source_file: `file-${String(index)}.md`,
      }));
    }).flat();
    await dimension.batchAddEntities(items);
    await dimension.rebuildNodes();
    const hits = await dimension.search('zebra crossing', { limit: 20 });
    expect(hits).toHaveLength(14);
    const byFile = new Map<string, Set<number>>();
    for (const { source_file: file, node_boost: boost } of hits) {
      byFile.set(file, (byFile.get(file) ?? new Set()).add(boost));
    }
    const each = [...byFile.values()];
    for (const boosts of each) expect(boosts.size).toBe(1);
    const all = each.flatMap((boosts) => [...boosts]).sort((a, b) => b - a);
    expect(all).toEqual([0.4, 0.25, 0.15, 0.08, 0.04, 0, 0]);
    expect(await dimension.search('zebra crossing', { limit: 20 })).toEqual(hits);
  });

  it('finds what has no nodes as before, and ranks alike where nothing matches', async () => {
    const { dimension } = await mined();
    await dimension.addEntity('work', 'docs', 'The zoo has an okapi named Kibali.');
    const [first] = await dimension.search('okapi Kibali');
    expect(first).toMatchObject({ node_boost: 0, matched_via: 'both' });
    expect(first).not.toHaveProperty('node_preview');
  });
});

describe('the nodes folder', () => {
  it('holds every node under the first two digits of the hash of its file', async () => {
    const { dimension, path } = await mined();
    const nodes = await dimension.listNodes();
    const opening = new Opening({ path });
    onTestFinished(() => opening.close());
    const files = await opening.opened().session.store.read((db) => [...nodeFiles(db)]);
    const read = files.flatMap(({ prefix, bytes }) => {
      const content = decode(bytes) as Record<string, object[]>;
      return Object.entries(content).map(([file, packs]) => {
        expect(createHash('sha256').update(file).digest('hex').slice(0, 2)).toBe(prefix);
        return [file, packs] as const;
      });
    });
    const expected = nodes.map(({ id, content, metadata }) => {
      return [metadata.source_file, [{ id, content, metadata }]];
    });
    expect(Object.fromEntries(read)).toEqual(Object.fromEntries(expected));
  });
});
