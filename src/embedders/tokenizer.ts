/**
 * Text to piece ids, by the tokenizer file that belongs to a model. The file's own truncation and
 * padding are ignored: cutting is ours, so that every runtime sees the same ids.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

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

/** Loads `tokenizer.json` and `tokenizer_config.json` from the folder of a model. */
export async function openTokenizer(folder: string, maxTokens: number): Promise<Tokenize> {
  const module: unknown = await import('@huggingface/tokenizers');
  const { Tokenizer } = module as { readonly Tokenizer: TokenizerClass };
  const tokenizer = new Tokenizer(
    await readJson(join(folder, 'tokenizer.json')),
    await readJson(join(folder, 'tokenizer_config.json')),
  );
  return (text) => {
    const { ids } = tokenizer.encode(text.slice(0, MAX_CHARACTERS));
    if (ids.length <= maxTokens) return ids;
    return [...ids.slice(0, maxTokens - 1), ...ids.slice(-1)];
  };
}
