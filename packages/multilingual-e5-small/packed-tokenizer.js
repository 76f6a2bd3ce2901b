/**
 * Packs the vocabulary of a Unigram `tokenizer.json` into `tokenizer.bin`, and back.
 *
 *   node packed-tokenizer.js pack tokenizer.json tokenizer.bin
 *   node packed-tokenizer.js unpack tokenizer.bin > tokenizer.json
 *
 * The file is a trie of the pieces over their UTF-16 units, ready to be walked as it lies in
 * memory. All numbers are little-endian:
 *
 *   4 × u32            'UNI1', number of nodes, number of pieces, the id of the unknown piece
 *   (nodes + 1) × u32  the first child of each node; its children end where the next one's begin
 *   nodes × i32        the id of the piece that ends at the node, or -1
 *   pieces × f32       the score of each piece, by id; the unknown one's is the lowest of all
 *   nodes × u16        the unit that leads to the node; among brothers they ascend
 *
 * Node 0 is the root, and nodes are numbered level by level. What tokenizer.json says besides the
 * vocabulary is in tokenizer-settings.json and is built into the reader.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const MAGIC = 0x31494e55;
const HEADER_BYTES = 16;

const settings = JSON.parse(
  readFileSync(new URL('./tokenizer-settings.json', import.meta.url), 'utf8'),
);

/** Typed arrays on one buffer, in the order of the file. */
function layOut(buffer, nodes, pieces) {
  const idsStart = HEADER_BYTES + (nodes + 1) * 4;
  const scoresStart = idsStart + nodes * 4;
  return {
    header: new Uint32Array(buffer, 0, HEADER_BYTES / 4),
    firstChild: new Uint32Array(buffer, HEADER_BYTES, nodes + 1),
    ids: new Int32Array(buffer, idsStart, nodes),
    scores: new Float32Array(buffer, scoresStart, pieces),
    units: new Uint16Array(buffer, scoresStart + pieces * 4, nodes),
  };
}

function refuseWhatTheReaderDoesNotKnow({ model, ...rest }) {
  const { vocab, ...modelRest } = model;
  if (!isDeepStrictEqual({ ...rest, model: modelRest }, settings)) {
    throw new Error('It differs from tokenizer-settings.json in more than the vocabulary.');
  }
  if (vocab.some(([piece, score]) => piece === '' || Math.fround(score) !== score)) {
    throw new Error('A piece is empty or its score is no 32-bit number.');
  }
  if (vocab[model.unk_id][1] !== 0) throw new Error('The unknown piece has a score of its own.');
}

/** Pieces as nested maps: by unit, and the id under `id`. */
function nest(vocab) {
  const root = { id: -1, children: new Map() };
  for (const [id, [piece]] of vocab.entries()) {
    let node = root;
    for (let index = 0; index < piece.length; index += 1) {
      const unit = piece.charCodeAt(index);
      if (!node.children.has(unit)) node.children.set(unit, { id: -1, children: new Map() });
      node = node.children.get(unit);
    }
    if (node.id !== -1) throw new Error(`The piece ${JSON.stringify(piece)} occurs twice.`);
    node.id = id;
  }
  return root;
}

/** From a parsed tokenizer.json to the bytes of tokenizer.bin. */
export function pack(tokenizer) {
  refuseWhatTheReaderDoesNotKnow(tokenizer);
  const { vocab, unk_id: unknownId } = tokenizer.model;
  const level = [{ unit: 0, node: nest(vocab) }];
  const firstChildren = [];
  for (const { node } of level) {
    firstChildren.push(level.length);
    const children = [...node.children].sort(([left], [right]) => left - right);
    for (const [unit, child] of children) level.push({ unit, node: child });
  }
  const sizeBytes = HEADER_BYTES + level.length * 10 + 4 + vocab.length * 4;
  const buffer = new ArrayBuffer(sizeBytes);
  const arrays = layOut(buffer, level.length, vocab.length);
  arrays.header.set([MAGIC, level.length, vocab.length, unknownId]);
  arrays.firstChild.set([...firstChildren, level.length]);
  arrays.ids.set(level.map(({ node }) => node.id));
  const scores = vocab.map(([, score]) => score);
  arrays.scores.set(scores);
  arrays.scores[unknownId] = scores.reduce((lowest, score) => Math.min(lowest, score), 0);
  arrays.units.set(level.map(({ unit }) => unit));
  return new Uint8Array(buffer);
}

/** From the bytes of tokenizer.bin to the text of tokenizer.json as it was published. */
export function unpack(bytes) {
  const { buffer } = new Uint8Array(bytes);
  const [, nodes, pieces, unknownId] = new Uint32Array(buffer, 0, HEADER_BYTES / 4);
  const { firstChild, ids, scores, units } = layOut(buffer, nodes, pieces);
  const texts = [''];
  const vocab = [];
  for (let node = 0; node < nodes; node += 1) {
    if (ids[node] !== -1) vocab[ids[node]] = [texts[node], scores[ids[node]]];
    for (let child = firstChild[node]; child < firstChild[node + 1]; child += 1) {
      texts[child] = texts[node] + String.fromCharCode(units[child]);
    }
  }
  vocab[unknownId][1] = 0;
  const { type, unk_id, ...rest } = settings.model;
  const json = JSON.stringify({ ...settings, model: { type, unk_id, vocab, ...rest } });
  // As published, a whole number is written as a fraction.
  return json.replaceAll(/",(-?\d+)\]/g, '",$1.0]');
}

function main([command, from, to]) {
  if (command === 'pack' && to !== undefined) {
    writeFileSync(to, pack(JSON.parse(readFileSync(from, 'utf8'))));
  } else if (command === 'unpack' && from !== undefined) {
    process.stdout.write(unpack(readFileSync(from)));
  } else {
    process.stderr.write('usage: packed-tokenizer.js pack <json> <bin> | unpack <bin>\n');
    process.exitCode = 2;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
