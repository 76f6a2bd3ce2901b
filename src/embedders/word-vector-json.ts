/**
 * Reads word vectors from the JSON file of a package, chunk by chunk: parsed at once, its 300 MB
 * would take four times as much memory and hold the thread for seconds.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { AltError, isAltError } from '../../events/index.js';

/** The file that is read, as published. */
export interface WordVectorJson {
  readonly sha256: string;
  /** How many words it holds. */
  readonly words: number;
  /** How many of the numbers of each word are its vector; further ones are left out. */
  readonly dimensions: number;
}

export interface WordVectors {
  readonly words: readonly string[];
  /** `words.length * dimensions` numbers, row-major. */
  readonly numbers: Float32Array;
}

/** Takes about three milliseconds to parse: the event loop has its turn between two. */
const CHUNK_BYTES = 256 * 1024;

const VECTORS_BEGIN = /"vectors"\s*:\s*\{/;
/** Enough to find the beginning of the vectors although a chunk ends in its midst. */
const OVERLAP_CHARACTERS = 64;

/** One word with its numbers. */
const ENTRY = /\s*,?\s*("(?:[^"\\]|\\.)*")\s*:\s*(\[[^\]]*\])/y;
/** No entry is as long: what is not recognised until then is damaged. */
const LONGEST_ENTRY_CHARACTERS = 1024 * 1024;

/** Collects the entries of `"vectors": { … }` from text that comes in pieces. */
class EntryReader {
  readonly words: string[] = [];
  readonly numbers: Float32Array;
  private text = '';
  private state: 'before' | 'within' | 'after' = 'before';

  constructor(private readonly json: WordVectorJson) {
    this.numbers = new Float32Array(json.words * json.dimensions);
  }

  /** Throws an error of any class when the text is not as it should be. */
  add(text: string): void {
    if (this.state === 'after') return;
    this.text += text;
    if (this.state === 'before') this.findBeginning();
    if (this.state === 'within') this.readEntries();
  }

  private findBeginning(): void {
    const begin = VECTORS_BEGIN.exec(this.text);
    if (begin) this.state = 'within';
    this.text = this.text.slice(begin ? begin.index + begin[0].length : -OVERLAP_CHARACTERS);
  }

  private readEntries(): void {
    ENTRY.lastIndex = 0;
    let read = 0;
    for (let match = ENTRY.exec(this.text); match; match = ENTRY.exec(this.text)) {
      this.addEntry(match[1] ?? '', match[2] ?? '');
      read = ENTRY.lastIndex;
    }
    this.text = this.text.slice(read);
    if (/^\s*\}/.test(this.text)) this.state = 'after';
    else if (this.text.length > LONGEST_ENTRY_CHARACTERS) throw new Error('an entry has no end');
  }

  private addEntry(word: string, list: string): void {
    const { words, dimensions } = this.json;
    const numbers = JSON.parse(list) as number[];
    if (numbers.length < dimensions) throw new Error(`${word} has ${numbers.length} numbers`);
    if (this.words.length === words) throw new Error('there are more words');
    this.numbers.set(numbers.slice(0, dimensions), this.words.length * dimensions);
    this.words.push(JSON.parse(word) as string);
  }
}

/**
 * Reads all words and their vectors. Throws UNAVAILABLE when the file is not the published one or
 * cannot be read.
 */
export async function readWordVectorJson(path: string, json: WordVectorJson): Promise<WordVectors> {
  const reader = new EntryReader(json);
  const hash = createHash('sha256');
  const decoder = new StringDecoder('utf8');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      hash.update(chunk as Buffer);
      reader.add(decoder.write(chunk as Buffer));
    }
    const { words, numbers } = reader;
    if (hash.digest('hex') === json.sha256 && words.length === json.words) {
      return { words, numbers };
    }
    throw damaged(path, 'its checksum differs');
  } catch (error) {
    if (isAltError(error)) throw error;
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

function damaged(path: string, reason: string): AltError {
  return new AltError('UNAVAILABLE', `The word vectors in ${path} are not usable: ${reason}.`, {
    hint: 'Delete the package and install it again.',
  });
}
