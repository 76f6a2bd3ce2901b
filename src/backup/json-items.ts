/**
 * The objects of a JSON list, or of lines of JSON, one after the other as the text arrives: an
 * export need not fit into memory. Which of the two it is does not matter.
 */
import { StringDecoder } from 'node:string_decoder';
import { AltError } from '../../events/index.js';

/** One memory: a text of the longest kind with every character escaped, and metadata. */
const ITEM_CHARACTERS_MAX = 16 * 1024 * 1024;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * @throws {AltError} INVALID_ARGUMENT for what is no JSON or no list of objects, saying at which
 *   item; TOO_LARGE
 */
export async function* readItems(
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<unknown, void, undefined> {
  const scanner = new Scanner();
  const decoder = new StringDecoder('utf8');
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
    yield* scanner.take(text);
  }
  yield* scanner.take(decoder.end());
  scanner.end();
}

const BETWEEN = /[^\s,]/g;
/** What changes how the rest of an item is read. */
const WITHIN = /["{}]/g;
const WITHIN_STRING = /["\\]/g;

class Scanner {
  #text = '';
  /** Where to go on reading. */
  #at = 0;
  /** Where the item under way begins. */
  #start = 0;
  #depth = 0;
  #isInString = false;
  #isInList = false;
  #count = 0;
  #isFirst = true;

  *take(text: string): Generator<unknown, void, undefined> {
    const isMarked = this.#isFirst && text.startsWith(BYTE_ORDER_MARK);
    if (text !== '') this.#isFirst = false;
    this.#text += isMarked ? text.slice(1) : text;
    for (;;) {
      const item = this.#next();
      if (item === undefined) break;
      yield item.value;
    }
    // What was read is let go: only an item under way is kept.
    const kept = this.#depth > 0 ? this.#start : this.#text.length;
    this.#text = this.#text.slice(kept);
    this.#start = 0;
    this.#at = Math.max(0, this.#at - kept);
    if (this.#text.length > ITEM_CHARACTERS_MAX) {
      throw new AltError('TOO_LARGE', `Item ${String(this.#count)} is larger than 16 MiB.`);
    }
  }

  /** The next whole item; undefined when the text at hand holds no more. */
  #next(): { readonly value: unknown } | undefined {
    if (this.#depth === 0 && !this.#begin()) return undefined;
    while (this.#depth > 0) if (!this.#step()) return undefined;
    const text = this.#text.slice(this.#start, this.#at);
    this.#count += 1;
    try {
      return { value: JSON.parse(text) };
    } catch (error) {
      throw this.#problem('is no JSON', { index: this.#count - 1, cause: error });
    }
  }

  /** Goes to the beginning of an item. */
  #begin(): boolean {
    let found = this.#find(BETWEEN);
    for (; found === '[' || found === ']'; found = this.#find(BETWEEN)) {
      this.#isInList = found === '[';
    }
    if (found === undefined) return false;
    if (found !== '{') throw this.#problem('is no object', { index: this.#count });
    this.#start = this.#at - 1;
    this.#depth = 1;
    return true;
  }

  /** Goes to the next character that counts, and takes it in. */
  #step(): boolean {
    const found = this.#find(this.#isInString ? WITHIN_STRING : WITHIN);
    if (found === undefined) return false;
    if (found === '"') this.#isInString = !this.#isInString;
    else if (found === '\\') return this.#skipEscaped();
    else this.#depth += found === '{' ? 1 : -1;
    return true;
  }

  #skipEscaped(): boolean {
    if (this.#at < this.#text.length) {
      this.#at += 1;
      return true;
    }
    // The escaped character is still to come: the backslash is met again with it.
    this.#at -= 1;
    return false;
  }

  #find(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    this.#at = match ? match.index + 1 : this.#text.length;
    return match?.[0];
  }

  end(): void {
    if (this.#depth > 0) throw this.#problem('ends in the middle', { index: this.#count });
    // What came before is whole, but more was meant to follow.
    if (this.#isInList)
      throw this.#problem('is missing: the list has no end', { index: this.#count });
  }

  #problem(
    what: string,
    { index, cause }: { readonly index: number; readonly cause?: unknown },
  ): AltError {
    return new AltError('INVALID_ARGUMENT', `Item ${String(index)} ${what}.`, {
      hint: 'An import is a JSON list of memories, or one memory a line.',
      details: { index },
      ...(cause !== undefined && { cause }),
    });
  }
}
