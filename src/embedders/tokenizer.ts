/**
 * Text to piece ids, by the tokenizer file that belongs to a model. The file's own truncation and
 * padding are ignored: cutting is ours, so that every runtime sees the same ids.
 */
import { readFile } from 'node:fs/promises';
import type { LocatedModel } from './model-files.js';
import { unigramTokenizer } from './unigram.js';

/** Far more characters than fill the longest model: bounds the work on a huge text. */
const MAX_CHARACTERS = 16_384;

/** The ids of a text with its opening and closing piece, at most `maxTokens` of them. */
export type Tokenize = (text: string) => readonly number[];

/** The part that is used; the package's own types do not resolve from an ES module. */
type TokenizerClass = new (
  tokenizer: object,
  config: object,
) => { encode(text: string): { readonly ids: readonly number[] } };

async function readJson(path: string): Promise<object> {
  return JSON.parse(await readFile(path, 'utf8')) as object;
}

/** Loads `tokenizer.json` and `tokenizer_config.json` of a model. */
export async function openTokenizer(files: LocatedModel, maxTokens: number): Promise<Tokenize> {
  const module: unknown = await import('@huggingface/tokenizers');
  const { Tokenizer } = module as { readonly Tokenizer: TokenizerClass };
  const tokenizer = new Tokenizer(
    await readJson(files.path('tokenizer.json')),
    await readJson(files.path('tokenizer_config.json')),
  );
  return bounded((text) => tokenizer.encode(text).ids, maxTokens);
}

/** Loads a tokenizer that was packed for a quick start. */
export async function openPackedTokenizer(path: string, maxTokens: number): Promise<Tokenize> {
  const file = await readFile(path);
  // Only a small file shares its buffer, where it may begin at an odd place.
  const isAlone = file.byteLength === file.buffer.byteLength;
  const encode = unigramTokenizer(isAlone ? file.buffer : new Uint8Array(file).buffer);
  return bounded((text) => encode(text.toWellFormed()), maxTokens);
}

/** Cuts what comes in and what goes out; the closing piece stays. */
function bounded(encode: Tokenize, maxTokens: number): Tokenize {
  return (text) => {
    const ids = encode(text.slice(0, MAX_CHARACTERS));
    if (ids.length <= maxTokens) return ids;
    return [...ids.slice(0, maxTokens - 1), ...ids.slice(-1)];
  };
}
