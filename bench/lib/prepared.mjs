/**
 * Dimensions that are filled once and measured by several suites.
 *
 * Up to `--real-vectors` memories (20k) the bundled model embeds everything. Larger ones get
 * synthetic vectors, written into the embedding cache: a seeded mixture of the real vectors of
 * three passages and a little noise. So they lie where a model's lie, no two are near copies of
 * each other, and filling takes minutes.
 */
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { tagged } from './corpus.mjs';
import { importLibrary } from './library.mjs';
import { seeded } from './numbers.mjs';

const BATCH = 500;
const WIDTH = 384;
/** What the second and the third vector of a mixture count at most, and the noise's length. */
const SHARES = [0.8, 0.5];
const NOISE = 0.3;
const SAMPLE_TEXTS = 600;

const isSynthetic = (options, size) => size > options.realVectors;

/** Stands under the rows of a dimension whose vectors no model made. */
export function vectorsNote(options, size) {
  if (!isSynthetic(options, size)) return undefined;
  return `vectors are synthetic above ${options.realVectors.toLocaleString('en')} memories`;
}

/** The folder of a dimension with that many memories, all embedded, its index written. */
export async function prepared(options, size) {
  const path = join(
    options.prepared,
    `${isSynthetic(options, size) ? 'synthetic' : 'real'}-${size}`,
  );
  if (existsSync(path)) return upToDate(path);
  mkdirSync(options.prepared, { recursive: true });
  const { Dimension } = await importLibrary();
  const building = `${path}.${process.pid}`;
  const dimension = new Dimension({ path: building });
  await dimension.init();
  const texts = tagged(options.data, size);
  await add(dimension, texts.slice(0, SAMPLE_TEXTS));
  await dimension.embedPending();
  if (isSynthetic(options, size)) {
    await add(dimension, texts.slice(SAMPLE_TEXTS));
    await dimension.close();
    fillCache(building);
    await dimension.reconnect();
  } else {
    await add(dimension, texts.slice(SAMPLE_TEXTS));
  }
  await dimension.embedPending({ snapshot: true });
  await dimension.close();
  renameSync(building, path);
  return path;
}

/** One that was kept may have views of an older release, whose passages count as new. */
async function upToDate(path) {
  const { Dimension } = await importLibrary();
  const dimension = new Dimension({ path });
  await dimension.embedPending({ snapshot: true });
  await dimension.close();
  return path;
}

async function add(dimension, texts) {
  for (let at = 0; at < texts.length; at += BATCH) {
    const items = texts.slice(at, at + BATCH).map((content, index) => {
      return { realm: `realm-${(at + index) % 20}`, domain: 'bench', content };
    });
    if (items.length > 0) await dimension.batchAddEntities(items);
  }
}

/** Writes a vector for every passage that has none, and the mark that says so. */
function fillCache(path) {
  const views = new Database(viewsOf(path), { readonly: true });
  const cache = new Database(join(path, 'cache', 'embeddings.db'));
  const { space, generation, label } = cache.prepare('SELECT * FROM marks').get();
  const bases = cache
    .prepare('SELECT vector FROM vectors WHERE space = ? AND length(vector) = ?')
    .pluck()
    .all(space, WIDTH * 4)
    .map((bytes) => new Float32Array(new Uint8Array(bytes).buffer));
  const insert = cache.prepare('INSERT OR IGNORE INTO vectors VALUES (?, ?, ?, ?)');
  const random = seeded(384);
  const rows = views.prepare(
    `SELECT label, text_hash, stream FROM passages JOIN entities ON num = entity
     WHERE label > ? ORDER BY label`,
  );
  let last = label;
  cache.transaction(() => {
    for (const row of rows.iterate(label)) {
      const vector = mixture(bases, random);
      insert.run(space, row.text_hash, row.stream, Buffer.from(vector.buffer));
      last = row.label;
    }
    cache.prepare('INSERT OR REPLACE INTO marks VALUES (?, ?, ?)').run(space, generation, last);
  })();
  cache.close();
  views.close();
}

/** The live view database of a dimension. */
export function viewsOf(path) {
  const { generation } = JSON.parse(readFileSync(join(path, 'live.json'), 'utf8'));
  return join(path, 'views', `${generation}.db`);
}

function mixture(bases, random) {
  const pick = () => bases[Math.floor(random() * bases.length)];
  const parts = [[pick(), 1], ...SHARES.map((share) => [pick(), share * random()])];
  const vector = new Float32Array(WIDTH);
  let square = 0;
  for (let at = 0; at < WIDTH; at += 1) {
    // The sum of three is close enough to a normal distribution; its variance is 1/4.
    const noise = (random() + random() + random() - 1.5) * 2;
    const mixed = parts.reduce((sum, [base, share]) => sum + share * base[at], 0);
    vector[at] = mixed + (noise * NOISE) / Math.sqrt(WIDTH);
    square += vector[at] ** 2;
  }
  const length = Math.sqrt(square);
  for (let at = 0; at < WIDTH; at += 1) vector[at] /= length;
  return vector;
}
