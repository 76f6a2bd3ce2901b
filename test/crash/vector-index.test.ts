/** The index of vectors on disk is disposable: killed, garbage or foreign, it is made again. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import hnswlib from 'hnswlib-node';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../events/index.js';
import { HnswFile, type HnswPlace } from '../../projections/vectors/hnsw-file.js';
import { Dimension } from '../../src/index.js';
import { Child, pause, useChildren } from '../support/child.js';
import { copyOf, expectVerified, filesIn, open, useTemplate } from '../support/dimensions.js';
import { runs } from '../support/level.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const VECTORS = 50;

function vectorOf(label: number, length = 384): Float32Array {
  const raw = Float32Array.from({ length }, (_, at) => Math.sin(label * (at + 1)));
  const norm = Math.hypot(...raw);
  return raw.map((value) => value / norm);
}

/** An index on disk that is sound. */
function savedIndex(): HnswPlace {
  const folder = join(temporaryFolder(), 'vectors');
  const place = { files: nodeFiles, folder, generation: '1-0123abcd', space: 'numpy' };
  const index = HnswFile.create();
  for (let label = 1; label <= VECTORS; label += 1) index?.add(label, vectorOf(label));
  index?.save(place);
  return place;
}

const manifestOf = (folder: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Record<string, unknown>;

/** Makes the manifest say that the data beside it is what was saved. */
function vouch(folder: string): void {
  const sha256 = createHash('sha256')
    .update(readFileSync(join(folder, 'index.hnsw')))
    .digest('hex');
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
  'of another number of dimensions': (folder) => {
    const index = new hnswlib.HierarchicalNSW('cosine', 128);
    index.initIndex(VECTORS);
    for (let label = 1; label <= VECTORS; label += 1) {
      index.addPoint(Array.from(vectorOf(label, 128)), label);
    }
    index.writeIndexSync(join(folder, 'index.hnsw'));
    vouch(folder);
  },
  'of another space': (folder) => {
    const manifest = { ...manifestOf(folder), space: 'another' };
    writeFileSync(join(folder, 'index.json'), JSON.stringify(manifest));
  },
  'of fewer vectors than it says': (folder) => {
    const manifest = { ...manifestOf(folder), count: VECTORS + 1 };
    writeFileSync(join(folder, 'index.json'), JSON.stringify(manifest));
  },
  'garbage that its manifest vouches for': (folder) => {
    writeFileSync(join(folder, 'index.hnsw'), Buffer.alloc(100_000, 0x5a));
    vouch(folder);
  },
  'replaced by a folder': (folder) => {
    rmSync(join(folder, 'index.hnsw'));
    mkdirSync(join(folder, 'index.hnsw'));
  },
};

describe('an index of vectors on disk', () => {
  it('that is sound is loaded', () => {
    const loaded = HnswFile.load(savedIndex());
    expect([loaded?.count, loaded?.maxLabel]).toEqual([VECTORS, VECTORS]);
    expect(loaded?.search(vectorOf(17), 1)[0]?.label).toBe(17);
  });

  it.each(Object.keys(DAMAGES))('that is %s is not loaded, and is saved over', (name) => {
    const place = savedIndex();
    DAMAGES[name]?.(place.folder);
    expect(HnswFile.load(place)).toBeUndefined();
    const index = HnswFile.create();
    index?.add(1, vectorOf(1));
    index?.save(place);
    expect(HnswFile.load(place)?.count).toBe(1);
  });
});

/** More than are searched one by one here, so that there is an index at all. */
const EXACT_MAX = 1_000;
const MEMORIES = 2_300;

const textOf = (n: number): string => `note ${String(n)} of harbour ${String(n % 977)}`;

async function newLargeDimension(path: string): Promise<string> {
  const limits = { exactVectorsMax: EXACT_MAX, signsVectorsMax: EXACT_MAX };
  const dimension = new Dimension({ path, embedder: 'numpy', ...limits });
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

/** The folder with the index: of the one space that is in use. */
function indexOf(path: string): string {
  const vectors = join(path, 'views', 'vectors');
  const name = filesIn(vectors, '.').find((file) => file.endsWith('index.json')) ?? '';
  return join(vectors, name, '..');
}

describe('a dimension of many memories', { timeout: 240_000 }, () => {
  useChildren();
  const template = useTemplate(newLargeDimension);

  it('finds by meaning beside a garbage index, and makes it again, also after kills', async () => {
    const path = copyOf(template());
    const folder = indexOf(path);
    const { count } = manifestOf(folder);
    expect(count).toBeGreaterThan(2_000);
    const lines = await new Child('find', damaged(path), {
      name: textOf(1_600),
      count: 30,
    }).ended();
    expect(lines.find(({ ids }) => ids)?.ids).toContain('n-1600');
    expect(lines.flatMap(({ warning }) => warning?.code ?? [])).toEqual(['INDEX_DAMAGED']);
    expect(lines.find(({ pending }) => pending !== undefined)?.pending).toBe(0);
    expect(manifestOf(folder).count).toBe(count);
    for (let kill = 0; kill < runs(1, 30); kill += 1) {
      const child = new Child('embed', damaged(path));
      await child.line(({ ready }) => ready === true);
      await pause(Math.random() * 4_000);
      await child.kill();
    }
    await new Child('embed', path).ended();
    expect(filesIn(folder, '.')).toEqual([
      'index.hnsw',
      'index.json',
      'vectors-1.f32',
      'vectors.index',
    ]);
    expect(manifestOf(folder).count).toBe(count);
    await expectVerified(open(path).dimension);
  });
});

function damaged(path: string): string {
  writeFileSync(join(indexOf(path), 'index.hnsw'), 'garbage');
  return path;
}
