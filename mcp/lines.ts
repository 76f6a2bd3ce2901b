/** Bytes into lines, holding no more than one line that may become a message. */

const NEWLINE = 0x0a;

/** Stands where a line was too long. */
export const TOO_LONG = Symbol('too long');

export class Lines {
  readonly #sizeBytesMax: number;
  #parts: Buffer[] = [];
  #sizeBytes = 0;

  constructor(sizeBytesMax: number) {
    this.#sizeBytesMax = sizeBytesMax;
  }

  /** The lines that end in `chunk`, without their newlines. */
  push(chunk: Buffer): (string | typeof TOO_LONG)[] {
    const lines: (string | typeof TOO_LONG)[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#hold(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
    return lines;
  }

  /** Of a line that is too long only the length is kept. */
  #hold(part: Buffer): void {
    this.#sizeBytes += part.length;
    if (this.#sizeBytes > this.#sizeBytesMax) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #take(): string | typeof TOO_LONG {
    const isTooLong = this.#sizeBytes > this.#sizeBytesMax;
    const line = isTooLong ? TOO_LONG : Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#sizeBytes = 0;
    return line;
  }
}
