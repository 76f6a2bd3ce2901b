/** The words of a text, and what stands beside one. */

export interface Word {
  readonly start: number;
  readonly end: number;
}

const BLANKS = /^[ \t]+$/;
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}_]/u;
/** Between two letters these are part of a word. */
const JOINERS: ReadonlySet<number> = new Set([0x27, 0x2d, 0x2019]);

/** What each code unit below the surrogates is, found out once: 1 for part of a word, 2 for not. */
const KINDS = new Uint8Array(0x1_0000);

function isWordUnit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  // Half of a letter beyond the basic plane, or of an emoji: its other half decides alike.
  const isLow = unit >= 0xdc00 && unit <= 0xdfff;
  if (unit >= 0xd800 && unit <= 0xdfff) {
    const whole = text.codePointAt(isLow ? at - 1 : at) ?? unit;
    return WORD_CHARACTER.test(String.fromCodePoint(whole));
  }
  KINDS[unit] ||= WORD_CHARACTER.test(String.fromCharCode(unit)) ? 1 : 2;
  return KINDS[unit] === 1;
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (let start = 0; start < text.length; start += 1) {
    if (!isWordUnit(text, start)) continue;
    let end = start + 1;
    while (end < text.length) {
      const isJoined = JOINERS.has(text.charCodeAt(end)) && end + 1 < text.length;
      if (!isWordUnit(text, isJoined ? end + 1 : end)) break;
      end += isJoined ? 2 : 1;
    }
    words.push({ start, end });
    start = end;
  }
  return words;
}

export class Sentence {
  readonly text: string;
  readonly words: readonly Word[];

  constructor(text: string) {
    this.text = text;
    this.words = wordsOf(text);
  }

  /** The lower-case word before, where nothing but such a gap lies between; else ''. */
  before(at: number, gap = BLANKS): string {
    return this.#isNear(at - 1, gap) ? this.#lower(at - 1) : '';
  }

  /** The lower-case words that follow, as far as only blanks lie between. */
  after(at: number, count: number): string[] {
    const found: string[] = [];
    for (let index = at; found.length < count && this.#isNear(index, BLANKS); index += 1) {
      found.push(this.#lower(index + 1));
    }
    return found;
  }

  #lower(at: number): string {
    const word = this.words[at];
    return word ? this.text.slice(word.start, word.end).toLowerCase() : '';
  }

  #isNear(left: number, gap: RegExp): boolean {
    const [before, after] = [this.words[left], this.words[left + 1]];
    return !!before && !!after && gap.test(this.text.slice(before.end, after.start));
  }
}
