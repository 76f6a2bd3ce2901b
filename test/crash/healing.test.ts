/** Damage to anything but the log is healed at the next call, said, and loses nothing. */
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import Database from 'better-sqlite3';
import { overwritePages, useChildren } from '../support/child.js';
import { copyOf, expectWhole, filesIn, open, useTemplate } from '../support/dimensions.js';

useChildren();

const template = useTemplate();

/** A copy of a dimension, damaged before anybody opens it. */
function damaged(damage: (path: string) => void): string {
  const path = copyOf(template());
  damage(path);
  return path;
}

const viewsOf = (path: string): string => {
  const { generation } = JSON.parse(readFileSync(join(path, 'live.json'), 'utf8')) as {
    generation: string;
  };
  return join(path, 'views', `${generation}.db`);
};

/** Random bytes over every page, or all but the first. */
function scramble(file: string, fromPage = 0): void {
  const bytes = readFileSync(file);
  randomBytes(bytes.length - fromPage * 4096).copy(bytes, fromPage * 4096);
  writeFileSync(file, bytes);
}

function half(file: string): void {
  truncateSync(file, Math.floor(readFileSync(file).length / 2 / 4096) * 4096 + 100);
}

const MALFORMED: Readonly<Record<string, (path: string) => void>> = {
  'random bytes over all pages': (path) => {
    scramble(viewsOf(path));
  },
  'random bytes over all pages but the first': (path) => {
    scramble(viewsOf(path), 1);
  },
  'cut in half': (path) => {
    half(viewsOf(path));
  },
  'cut to one page': (path) => {
    truncateSync(viewsOf(path), 4096);
  },
  'cut to nothing': (path) => {
    truncateSync(viewsOf(path), 0);
  },
  'another database': (path) => {
    rmSync(viewsOf(path));
    const other = new Database(viewsOf(path));
    other.exec('CREATE TABLE memories (something)');
    other.close();
  },
  'a table gone': (path) => {
    const other = new Database(viewsOf(path));
    other.exec('DROP TABLE passages');
    other.close();
  },
  'a folder in its place': (path) => {
    const file = viewsOf(path);
    rmSync(file);
    mkdirSync(file);
    writeFileSync(join(file, 'kept.txt'), 'kept');
  },
};

const MISSING: Readonly<Record<string, (path: string) => void>> = {
  'the views folder': (path) => {
    rmSync(join(path, 'views'), { recursive: true });
  },
  'live.json': (path) => {
    rmSync(join(path, 'live.json'));
  },
  'a readable live.json': (path) => {
    writeFileSync(join(path, 'live.json'), randomBytes(50));
  },
  'anything in live.json': (path) => {
    writeFileSync(join(path, 'live.json'), '');
  },
  'the generation that live.json names': (path) => {
    writeFileSync(join(path, 'live.json'), '{"generation":"7-0123abcd"}');
  },
  'everything but dimension.json, replica.json and the log': (path) => {
    for (const name of filesIn(path, '.').filter((file) => !file.includes('/'))) {
      if (['dimension.json', 'replica.json', 'log'].includes(name)) continue;
      rmSync(join(path, name), { recursive: true });
    }
  },
};

describe('a view database that is', () => {
  it.each(Object.keys(MALFORMED))('%s is set aside and folded again', async (name) => {
    const path = damaged(MALFORMED[name] ?? (() => undefined));
    const { dimension, codes } = open(path);
    await expectWhole(dimension);
    expect(codes()).toEqual(['VIEWS_DAMAGED']);
    expect(filesIn(path, 'quarantine').length).toBeGreaterThan(0);
    const id = await dimension.addEntity('work', 'notes', 'Written after the damage.');
    await expectWhole(dimension, { [id]: 'Written after the damage.' });
  });

  it('malformed keeps every earlier one in quarantine', async () => {
    const path = damaged(() => undefined);
    for (let round = 1; round <= 3; round += 1) {
      scramble(viewsOf(path));
      const { dimension } = open(path);
      await expectWhole(dimension);
      await dimension.close();
      expect(filesIn(path, 'quarantine').filter((file) => file.endsWith('.db'))).toHaveLength(
        round,
      );
    }
  });

  it('malformed heals when the first call is a write', async () => {
    const path = damaged((folder) => {
      scramble(viewsOf(folder), 1);
    });
    const { dimension, codes } = open(path);
    const id = await dimension.addEntity('work', 'notes', 'The first call.');
    expect(codes()).toEqual(['VIEWS_DAMAGED']);
    await expectWhole(dimension, { [id]: 'The first call.' });
  });
});

describe('a dimension without', () => {
  it.each(Object.keys(MISSING))('%s folds its views again', async (name) => {
    const path = damaged(MISSING[name] ?? (() => undefined));
    const { dimension, codes } = open(path);
    await expectWhole(dimension);
    expect(codes()).toEqual(['VIEWS_REBUILT']);
    const id = await dimension.addEntity('work', 'notes', 'Written after the loss.');
    await expectWhole(dimension, { [id]: 'Written after the loss.' });
  });

  it('its lock files makes them again', async () => {
    const path = damaged((folder) => {
      for (const name of filesIn(folder, '.').filter((file) => file.includes('lock.db'))) {
        rmSync(join(folder, name));
      }
    });
    const { dimension, warnings } = open(path);
    const id = await dimension.addEntity('work', 'notes', 'Locked anew.');
    await dimension.rebuild();
    await expectWhole(dimension, { [id]: 'Locked anew.' });
    expect(warnings).toEqual([]);
    expect(filesIn(path, '.')).toEqual(expect.arrayContaining(['lock.db', 'rebuild.lock.db']));
  });
});

describe('an open dimension', () => {
  it('whose views are overwritten by another process heals at the next call', async () => {
    const path = damaged(() => undefined);
    const { dimension, codes } = open(path);
    await dimension.getEntity('memory-1');
    overwritePages(viewsOf(path));
    await expectWhole(dimension);
    expect(codes()).toEqual(['VIEWS_DAMAGED']);
    const id = await dimension.addEntity('work', 'notes', 'Written after the damage.');
    await expectWhole(dimension, { [id]: 'Written after the damage.' });
  });

  it('whose views are overwritten heals when the next call is a write', async () => {
    const path = damaged(() => undefined);
    const { dimension, codes } = open(path);
    await dimension.status();
    overwritePages(viewsOf(path));
    const id = await dimension.addEntity('work', 'notes', 'Written on damaged views.');
    await expectWhole(dimension, { [id]: 'Written on damaged views.' });
    expect(codes()).toContain('VIEWS_DAMAGED');
  });

  it.each(['views', 'live.json', 'lock.db', 'cache', 'quarantine'])(
    'goes on when %s is deleted under it',
    async (name) => {
      const path = damaged(() => undefined);
      const { dimension } = open(path);
      await dimension.search('lighthouse');
      rmSync(join(path, name), { recursive: true, force: true });
      const id = await dimension.addEntity('work', 'notes', 'Written after the loss.');
      await expectWhole(dimension, { [id]: 'Written after the loss.' });
      const found = await dimension.search('lighthouse keeper', { limit: 50 });
      expect(found).toHaveLength(41);
      await dimension.reconnect();
      await expectWhole(dimension, { [id]: 'Written after the loss.' });
    },
  );
});

const CACHE: Readonly<Record<string, (file: string) => void>> = {
  'random bytes': (file) => {
    scramble(file);
  },
  'random bytes but for the first page': (file) => {
    scramble(file, 1);
  },
  'cut in half': half,
  'another database': (file) => {
    rmSync(file);
    const other = new Database(file);
    other.exec('CREATE TABLE vectors (something)');
    other.close();
  },
};

describe('an embedding cache that is', () => {
  const cacheOf = (path: string): string => join(path, 'cache', 'embeddings.db');

  it.each(Object.keys(CACHE))('%s is begun anew', async (name) => {
    const path = damaged((folder) => {
      CACHE[name]?.(cacheOf(folder));
    });
    const { dimension, codes } = open(path);
    expect((await dimension.status()).entities).toBe(40);
    const [found] = await dimension.search('memory-7', { mode: 'vector' });
    expect(found?.distance).toBeTypeOf('number');
    expect((await dimension.status()).pending).toBe(0);
    expect(codes()).toEqual(['CACHE_DAMAGED']);
    await expectWhole(dimension);
  });

  it('overwritten while in use is begun anew', async () => {
    const path = damaged(() => undefined);
    const { dimension, codes } = open(path);
    await dimension.search('lighthouse', { mode: 'vector' });
    overwritePages(cacheOf(path), [0, 1, 2, 3, 4]);
    await dimension.addEntity('work', 'notes', 'Embedded after the damage.');
    const found = await dimension.search('embedded after damage', { mode: 'hybrid' });
    expect(found[0]?.content).toBe('Embedded after the damage.');
    await dimension.reconnect();
    expect((await dimension.search('lighthouse', { mode: 'vector', limit: 50 })).length).toBe(41);
    expect(codes()).toContain('CACHE_DAMAGED');
    expect(existsSync(cacheOf(path))).toBe(true);
  });
});
