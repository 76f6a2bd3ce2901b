/** How a dimension is: in one word, in numbers, and after it was opened anew. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/index.js';
import { copyOf, open, useTemplate } from '../support/dimensions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const template = useTemplate();

describe('the diagnosis', () => {
  it('says whether there is a dimension at all', async () => {
    const folder = temporaryFolder();
    const missing = open(join(folder, 'none')).dimension;
    expect(await missing.diagnose()).toEqual({
      status: 'missing',
      message: `There is no folder ${missing.path}.`,
      action: expect.stringContaining('alt init') as string,
    });
    mkdirSync(join(folder, 'bare'));
    writeFileSync(join(folder, 'bare', 'config.json'), '{}');
    const bare = open(join(folder, 'bare')).dimension;
    expect(await bare.diagnose()).toMatchObject({ status: 'not_initialized' });
    expect(readdirSync(join(folder, 'bare'))).toEqual(['config.json']);
  });

  it('says whether it holds anything, and whether that has vectors', async () => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    expect(await dimension.diagnose()).toMatchObject({ status: 'empty' });
    await dimension.addEntity('work', 'bugs', 'Some words to embed.');
    expect(await dimension.diagnose()).toMatchObject({ status: 'store_empty' });
    await dimension.embedPending();
    expect(await dimension.diagnose()).toEqual({
      status: 'healthy',
      message: '1 memories, 1 vectors.',
      action: 'Nothing is to be done.',
    });
  });

  it('says when the log cannot be read', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    await dimension.status();
    const [replica = ''] = readdirSync(join(path, 'log'));
    const [segment = ''] = readdirSync(join(path, 'log', replica));
    const file = join(path, 'log', replica, segment);
    const bytes = readFileSync(file);
    bytes.fill(0x55, 2_000, 2_040);
    writeFileSync(file, bytes);
    expect(await dimension.diagnose()).toMatchObject({ status: 'unreadable' });
    await dimension.close();
    writeFileSync(join(path, 'dimension.json'), '{');
    expect(await open(path).dimension.diagnose()).toMatchObject({ status: 'unreadable' });
  });

  it('says when the views do not say what the log says', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    await dimension.upkeep.integrity();
    const { store } = (dimension as unknown as { session(): { store: Store } }).session();
    await store.withLock((db) => {
      db.run("UPDATE entities SET content = 'altered' WHERE id = 'memory-1'");
    });
    expect(await dimension.diagnose()).toMatchObject({
      status: 'diverged',
      action: expect.stringContaining('alt repair') as string,
    });
  });
});

interface Store {
  withLock(work: (db: { run(sql: string): void }) => void): Promise<void>;
}

describe('the status', () => {
  it('has the keys of the contracts, and agrees with itself', async () => {
    const { dimension } = open(copyOf(template()));
    await dimension.kg.add('a', 'b', 'c');
    const status = await dimension.status();
    expect(status).toMatchObject({
      initialized: true,
      path: dimension.path,
      entities: 40,
      realms: 1,
      domains: 3,
      kg_facts: 1,
      facts: 1,
      embedder: 'numpy',
      embedding: 'numpy',
      backend: 'hnsw',
      fts_enabled: true,
      schema_version: 1,
      unembedded: status.pending,
      events: status.log.events,
      realms_detail: await dimension.listRealms(),
    });
    expect(status.log.last_event_at).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
    expect(status.vectors + status.unembedded).toBeGreaterThanOrEqual(40);
  });
});

describe('what was filed away', () => {
  it('is the newest memory, cut to a hundred characters', async () => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    const none = { total_entities: 0, last_saved_at: null, last_content_preview: null };
    expect(await dimension.memoriesFiledAway()).toEqual(none);
    await dimension.importEntities([
      { realm: 'a', domain: 'b', content: 'old', created_at: '2020-01-01' },
      { realm: 'a', domain: 'b', content: `${'x'.repeat(99)}🍞y`, created_at: '2021-01-01' },
    ]);
    expect(await dimension.memoriesFiledAway()).toEqual({
      total_entities: 2,
      last_saved_at: '2021-01-01T00:00:00.000Z',
      last_content_preview: `${'x'.repeat(99)}🍞...`,
    });
    await dimension.addEntity('a', 'b', 'z'.repeat(100));
    expect(await dimension.memoriesFiledAway()).toMatchObject({
      last_content_preview: 'z'.repeat(100),
    });
  });
});

describe('reconnecting', () => {
  it('is true, and opens a closed dimension', async () => {
    const { dimension } = open(copyOf(template()));
    expect(await dimension.reconnect()).toBe(true);
    await dimension.close();
    expect(await dimension.reconnect()).toBe(true);
    expect((await dimension.status()).entities).toBe(40);
    const nowhere = open(join(temporaryFolder(), 'none')).dimension.reconnect();
    await expect(nowhere).rejects.toMatchObject({ code: 'DIMENSION_NOT_FOUND' });
  });

  it('counts what others appended that the views do not have', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    const ask = (): Promise<object> => OPERATIONS.reconnect.run(dimension, {});
    await ask();
    expect(await ask()).toMatchObject({ reconnected: true, entities: 40, replayed: 0 });
    await dimension.close();
    const elsewhere = open(copyOf(path)).dimension;
    await elsewhere.addEntity('work', 'domain_0', 'From elsewhere.', { entityId: 'new' });
    await elsewhere.close();
    for (const replica of readdirSync(join(elsewhere.path, 'log'))) {
      if (readdirSync(join(path, 'log')).includes(replica)) continue;
      const from = join(elsewhere.path, 'log', replica);
      mkdirSync(join(path, 'log', replica));
      for (const name of readdirSync(from)) {
        writeFileSync(join(path, 'log', replica, name), readFileSync(join(from, name)));
      }
    }
    expect(await ask()).toMatchObject({ entities: 41, replayed: 1 });
    expect(await dimension.getEntity('new')).toBeDefined();
  });
});
