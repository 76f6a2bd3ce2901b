/** The index of vectors on disk is disposable: killed, garbage or foreign, it is made again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import hnswlib from 'hnswlib-node';
import { describe, expect, it } from 'vitest';
import { Dimension } from '../../src/index.js';
import { Child, pause, useChildren } from '../support/child.js';
import { copyOf, expectVerified, filesIn, open, useTemplate } from '../support/dimensions.js';
import { runs } from '../support/level.js';

/** More than are searched one by one, so that there is an index at all. */
const MEMORIES = 5_200;

const textOf = (n: number): string => `note ${String(n)} of harbour ${String(n % 977)}`;

async function newLargeDimension(path: string): Promise<string> {
  const dimension = new Dimension({ path, embedder: 'numpy' });
  await dimension.init();
  for (let from = 0; from < MEMORIES; from += 1_000) {
    const count = Math.min(1_000, MEMORIES - from);
    const items = Array.from({ length: count }, (_, index) => {
      const content = textOf(from + index);
      return { realm: 'work', domain: 'notes', content, entity_id: `n-${String(from + index)}` };
    });
    await dimension.batchAddEntities(items);
  }
  await dimension.embedPending({ snapshot: true });
  await dimension.close();
  return path;
}

useChildren();
const template = useTemplate(newLargeDimension);

/** The folder with the index: of the one space that is in use. */
function indexOf(path: string): string {
  const vectors = join(path, 'views', 'vectors');
  const name = filesIn(vectors, '.').find((file) => file.endsWith('index.json')) ?? '';
  return join(vectors, name, '..');
}

const manifestOf = (folder: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Record<string, unknown>;

/** Writes an index of another number of dimensions, with a manifest that vouches for it. */
function plantForeignIndex(folder: string): void {
  const index = new hnswlib.HierarchicalNSW('cosine', 128);
  index.initIndex(6_000);
  for (let label = 1; label <= MEMORIES; label += 1) {
    index.addPoint(Array.from({ length: 128 }, (_, at) => Math.sin(label * at + 1)), label);
  }
  index.writeIndexSync(join(folder, 'index.hnsw'));
  vouch(folder);
}

function vouch(folder: string): void {
  const sha256 = createHash('sha256').update(readFileSync(join(folder, 'index.hnsw'))).digest('hex');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ ...manifestOf(folder), sha256 }));
}

const DAMAGES: Readonly<Record<string, (folder: string) => void>> = {
  gone: (folder) => {
    rmSync(folder, { recursive: true });
  },
  'without its manifest': (folder) => {
    rmSync(join(folder, 'index.json'));
  },
  'without its data': (folder) => {
    rmSync(join(folder, 'index.hnsw'));
  },
  garbage: (folder) => {
    writeFileSync(join(folder, 'index.hnsw'), Buffer.alloc(100_000, 0x5a));
  },
  'cut in half': (folder) => {
    const file = join(folder, 'index.hnsw');
    truncateSync(file, Math.floor(readFileSync(file).length / 2));
  },
  'altered in one byte': (folder) => {
    const file = join(folder, 'index.hnsw');
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(90) ^ 0x10, 90);
    writeFileSync(file, bytes);
  },
  'under a garbage manifest': (folder) => {
    writeFileSync(join(folder, 'index.json'), '{"format":1,"generation":');
  },
  'of another generation of views': (folder) => {
    const manifest = { ...manifestOf(folder), generation: '9-01234567' };
    writeFileSync(join(folder, 'index.json'), JSON.stringify(manifest));
  },
  'of another number of dimensions': plantForeignIndex,
  'garbage that its manifest vouches for': (folder) => {
    writeFileSync(join(folder, 'index.hnsw'), Buffer.alloc(100_000, 0x5a));
    vouch(folder);
  },
  'replaced by a folder': (folder) => {
    rmSync(join(folder, 'index.hnsw'));
    mkdirSync(join(folder, 'index.hnsw'));
  },
};

async function expectFound(dimension: Dimension): Promise<void> {
  for (const n of [3, 2_600, MEMORIES - 1]) {
    const found = await dimension.search(textOf(n), { mode: 'vector', limit: 30 });
    expect(found.map(({ id }) => id)).toContain(`n-${String(n)}`);
    for (const { id, content } of found) expect(content).toBe(textOf(Number(id.slice(2))));
  }
}

describe('an index of vectors that is', { timeout: 120_000 }, () => {
  it.each(Object.keys(DAMAGES))('%s does not stop a search, and is made again', async (name) => {
    const path = copyOf(template());
    DAMAGES[name]?.(indexOf(path));
    // In a process of its own: what the library makes of a bad file can end a process.
    const child = new Child('find', path, { name: textOf(2_600), count: 30 });
    const lines = await child.ended();
    expect(lines.find(({ ids }) => ids)?.ids).toContain('n-2600');
    expect(lines.find(({ pending }) => pending !== undefined)?.pending).toBe(0);
    const folder = indexOf(path);
    expect(manifestOf(folder).count).toBe(MEMORIES);
    await expectFound(open(path).dimension);
  });
});

describe('kill -9 of a process that writes the index', { timeout: 120_000 }, () => {
  it('leaves one that is whole, or none', async () => {
    const path = copyOf(template());
    for (let kill = 0; kill < runs(2, 30); kill += 1) {
      if (existsSync(join(path, 'views', 'vectors'))) {
        rmSync(join(path, 'views', 'vectors'), { recursive: true });
      }
      const child = new Child('embed', path);
      await child.line(({ ready }) => ready === true);
      await pause(Math.random() * 2_500);
      await child.kill();
    }
    await new Child('embed', path).ended();
    const { dimension } = open(path);
    await expectFound(dimension);
    await expectVerified(dimension);
    expect(filesIn(indexOf(path), '.')).toEqual(['index.hnsw', 'index.json']);
  });
});
