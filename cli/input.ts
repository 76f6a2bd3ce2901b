/** What the user gives besides arguments: standard input, and answers to questions. */
import { createInterface } from 'node:readline';
import { UsageError } from './errors.js';
import { printable } from './layout.js';
import { writeError } from './output.js';

/** No text that a command takes from standard input may be longer; memories have lower limits. */
const INPUT_BYTES_MAX = 16 * 1024 * 1024;

export const isInputTerminal = (): boolean => process.stdin.isTTY;

/** The text itself, or all of standard input where it says `-`. */
export async function textOrInput(text: string, signal: AbortSignal): Promise<string> {
  return text === '-' ? readInput(signal) : text;
}

/** Ids as given; a single `-` takes them from standard input, one a line. */
export async function idsOrInput(ids: readonly string[], signal: AbortSignal): Promise<string[]> {
  if (ids.length !== 1 || ids[0] !== '-') return [...ids];
  const lines = (await readInput(signal)).split('\n').map((line) => line.trim());
  const given = lines.filter((line) => line !== '');
  if (given.length === 0) throw new UsageError('Standard input holds no id.');
  return given;
}

/** Standard input to its end, as UTF-8; bytes that are none become U+FFFD. */
export async function readInput(signal: AbortSignal): Promise<string> {
  const { stdin } = process;
  const stop = (): void => {
    stdin.destroy();
  };
  signal.addEventListener('abort', stop);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of stdin) {
      chunks.push(chunk as Buffer);
      sizeBytes += (chunk as Buffer).length;
      if (sizeBytes > INPUT_BYTES_MAX) throw new UsageError('Standard input exceeds 16 MiB.');
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  return Buffer.concat(chunks).toString('utf8');
}

/** Standard input as it comes, however long. */
export async function* inputChunks(signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const stop = (): void => {
    process.stdin.destroy();
  };
  signal.addEventListener('abort', stop);
  try {
    for await (const chunk of process.stdin) yield chunk as Buffer;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export interface Confirmation {
  readonly question: string;
  /** The user said so already. */
  readonly yes: boolean | undefined;
  readonly signal: AbortSignal;
}

/**
 * Asks before something is taken away; anything but y or yes means no.
 *
 * @throws {UsageError} when nobody can be asked.
 */
export async function confirm({ question, yes, signal }: Confirmation): Promise<boolean> {
  if (yes === true) return true;
  if (!isInputTerminal()) {
    throw new UsageError(`${question} Nobody can be asked here.`, 'Add --yes to go ahead.');
  }
  writeError(`${printable(question)} [y/N] `);
  const lines = createInterface({ input: process.stdin, signal });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => {
      resolve('');
    });
  });
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
