/** The bundled model without the product: tokenizer and ONNX session as the packages give them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import ort from 'onnxruntime-node';
import { ROOT } from './library.mjs';

const FOLDER = join(ROOT, 'models', 'all-MiniLM-L6-v2');
const PIECES_MAX = 256;

export function openTokenizer() {
  const read = (name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
  const tokenizer = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
  return (text) => {
    const { ids } = tokenizer.encode(text);
    return ids.length <= PIECES_MAX ? ids : [...ids.slice(0, PIECES_MAX - 1), ids.at(-1)];
  };
}

/** The bare session, with the settings that the product uses. */
export async function openSession() {
  const session = await ort.InferenceSession.create(join(FOLDER, 'model_int8.onnx'), {
    graphOptimizationLevel: 'all',
    enableCpuMemArena: false,
    enableMemPattern: false,
    executionProviders: ['cpu'],
  });
  return {
    run: (rows) => session.run(feedsOf(session, rows)),
    release: () => session.release(),
  };
}

function feedsOf(session, rows) {
  const length = Math.max(...rows.map((row) => row.length));
  const ids = new BigInt64Array(rows.length * length);
  const mask = new BigInt64Array(ids.length);
  for (const [index, row] of rows.entries()) {
    for (const [at, id] of row.entries()) {
      ids[index * length + at] = BigInt(id);
      mask[index * length + at] = 1n;
    }
  }
  const tensor = (data) => new ort.Tensor('int64', data, [rows.length, length]);
  const feeds = { input_ids: tensor(ids), attention_mask: tensor(mask) };
  if (session.inputNames.includes('token_type_ids')) {
    feeds.token_type_ids = tensor(new BigInt64Array(ids.length));
  }
  return feeds;
}

const ROWS_MAX = 8;
const PADDED_PIECES_MAX = 512;

/** Batches as the product makes them: sorted by length, 8 rows or 512 padded pieces. */
export function batchesOf(rows) {
  const sorted = [...rows].sort((a, b) => a.length - b.length);
  const batches = [];
  let batch = [];
  for (const row of sorted) {
    const isFull = batch.length === ROWS_MAX || (batch.length + 1) * row.length > PADDED_PIECES_MAX;
    if (isFull && batch.length > 0) {
      batches.push(batch);
      batch = [];
    }
    batch.push(row);
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}
