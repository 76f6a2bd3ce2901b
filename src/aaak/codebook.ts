/**
 * Which code stands for which name. Codes are given in the order in which names come to be known,
 * so that the same names in the same order have the same codes everywhere.
 *
 * A name is matched whole and whatever its case; every spelling of one canonical name has its code.
 */
import { createHash } from 'node:crypto';
import { AltError } from '../../events/index.js';
import type { KnownNames, PersonMention } from '../../projections/index.js';
import { freeCode, isCode } from './codes.js';

/** Where the names of a codebook come from, in the order in which they get their codes. */
export interface CodebookNames {
  /** The user's own choices. */
  readonly entities?: Readonly<Record<string, string>> | undefined;
  /** Names that never get a code. */
  readonly skipNames?: readonly string[] | undefined;
  /** Spellings of a name, each with the name that all of them mean. */
  readonly people?: Iterable<readonly [variant: string, canonical: string]> | undefined;
  /** Names that the log tells of, oldest first. */
  readonly persons?: Iterable<string> | undefined;
}

interface Entry {
  readonly name: string;
  readonly code: string;
}

const keyOf = (name: string): string => name.normalize('NFC').trim().toLowerCase();
/** Names that the search for capitals finds by itself. */
const FOUND_BY_CAPITALS = /^(?=.*\p{Ll})\p{Lu}\p{Ll}*(?:['’-]\p{Lu}\p{Ll}+)*$/u;
const NAME_CHARACTERS_MAX = 128;

export class Codebook implements KnownNames {
  readonly #entries = new Map<string, Entry>();
  readonly #names = new Map<string, string>();
  readonly #canonical = new Map<string, string>();
  readonly #variants: string[] = [];
  readonly #skipped: ReadonlySet<string>;
  #otherNames: RegExp | undefined;

  /** @throws {AltError} INVALID_ARGUMENT for a code that is none. */
  constructor({ entities = {}, skipNames = [], people = [], persons = [] }: CodebookNames = {}) {
    this.#skipped = new Set(skipNames.map(keyOf));
    const pairs = [...people];
    for (const [variant, canonical] of pairs) {
      this.#variants.push(variant);
      this.#canonical.set(keyOf(variant), canonical);
    }
    for (const [name, code] of Object.entries(entities)) this.#set(name, code);
    for (const [, canonical] of pairs) this.codeFor(canonical);
    for (const name of persons) this.codeFor(name);
  }

  /** The name that all spellings of it mean. */
  canonical(name: string): string {
    return this.#canonical.get(keyOf(name)) ?? name;
  }

  /** The code of a name, given now if it has none; undefined for one that is skipped or blank. */
  codeFor(name: string): string | undefined {
    const canonical = this.canonical(name);
    const key = keyOf(canonical);
    if (key === '' || canonical.length > NAME_CHARACTERS_MAX || this.isSkipped(name)) {
      return undefined;
    }
    const known = this.#entries.get(key);
    if (known) return known.code;
    const code = freeCode(canonical, (other) => this.#names.has(other));
    this.#add(canonical, code);
    return code;
  }

  /** The code of a name that is known already. */
  codeOf(name: string): string | undefined {
    return this.isSkipped(name) ? undefined : this.#entries.get(keyOf(this.canonical(name)))?.code;
  }

  /** The name behind a code. */
  nameOf(code: string): string | undefined {
    return this.#names.get(code);
  }

  /** Gives a name that code if both are free, as a legend does; else another. */
  prefer(name: string, code: string): void {
    const isFree = this.codeOf(name) === undefined && !this.#names.has(code) && isCode(code);
    if (isFree && !this.isSkipped(name)) this.#add(this.canonical(name), code);
    else this.codeFor(name);
  }

  /** Every name with its code, in the order in which they were given. */
  entries(): readonly (readonly [name: string, code: string])[] {
    return [...this.#names].map(([code, name]) => [name, code] as const);
  }

  /** A copy whose further codes are its own. */
  copy(): Codebook {
    const copy = new Codebook({ skipNames: [...this.#skipped] });
    copy.#variants.push(...this.#variants);
    for (const [key, name] of this.#canonical) copy.#canonical.set(key, name);
    for (const [key, entry] of this.#entries) copy.#entries.set(key, entry);
    for (const [code, name] of this.#names) copy.#names.set(code, name);
    return copy;
  }

  /** Changes when a code does: 8 hexadecimal digits. */
  get revision(): string {
    const pairs = this.entries().map((entry) => entry.join('\t'));
    const text = JSON.stringify([pairs, [...this.#skipped].sort()]);
    return createHash('sha256').update(text).digest('hex').slice(0, 8);
  }

  readonly isKnown = (name: string): boolean => this.codeOf(name) !== undefined;
  readonly isSkipped = (name: string): boolean => {
    return this.#skipped.has(keyOf(name)) || this.#skipped.has(keyOf(this.canonical(name)));
  };

  /** Names of several words, and those in scripts without capitals. */
  readonly others = (text: string): readonly PersonMention[] => {
    this.#otherNames ??= anyOf([...this.#spellings()]);
    return Array.from(text.matchAll(this.#otherNames), ({ 0: name, index }) => {
      return { start: index, end: index + name.length, name };
    });
  };

  *#spellings(): Generator<string> {
    for (const { name } of this.#entries.values()) yield name;
    yield* this.#variants;
  }

  #set(name: string, code: string): void {
    if (!isCode(code)) {
      throw new AltError('INVALID_ARGUMENT', `'${String(code)}' is no code for '${name}'.`, {
        hint: 'A code has 2 to 4 upper-case letters or digits, such as ALC.',
      });
    }
    const key = keyOf(name);
    if (key !== '' && !this.#skipped.has(key)) this.#add(name, code);
  }

  #add(name: string, code: string): void {
    this.#entries.set(keyOf(name), { name, code });
    const known = this.#names.get(code);
    // Of several spellings under one code the one that looks like a name is shown.
    if (known === undefined || (!/^\p{Lu}/u.test(known) && /^\p{Lu}/u.test(name))) {
      this.#names.set(code, name);
    }
    this.#otherNames = undefined;
  }
}

const NEVER = /(?!)/g;

/** Finds those names that capitals do not show, the longest first, as whole words. */
function anyOf(names: readonly string[]): RegExp {
  const others = names.filter((name) => !FOUND_BY_CAPITALS.test(name));
  if (others.length === 0) return NEVER;
  const any = others
    .sort((a, b) => b.length - a.length)
    .map((name) => {
      const escaped = name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      // Scripts without spaces have no edges of words.
      const [before, after] = [/^[\p{Lo}]/u, /[\p{Lo}]$/u].map((edge) => edge.test(name));
      return (before ? '' : NO_LETTER_BEFORE) + escaped + (after ? '' : NO_LETTER_AFTER);
    });
  return new RegExp(any.join('|'), 'gu');
}

const NO_LETTER_BEFORE = '(?<![\\p{L}\\p{M}\\p{N}_])';
const NO_LETTER_AFTER = '(?![\\p{L}\\p{M}\\p{N}_])';

/** The codes of a line `ALC=Alice MA2=Max.Power`: what {@link readLegend} reads. */
export function writeLegend(codebook: Codebook, codes: Iterable<string>): string {
  const pairs = [...codes].flatMap((code) => {
    const name = codebook.nameOf(code);
    return name === undefined ? [] : [`${code}=${name.replaceAll('|', '¦').replace(/\s+/g, '.')}`];
  });
  return pairs.length === 0 ? '' : `K: ${pairs.join(' ')}`;
}

/** Reads a line `K: ALC=Alice JOR=Jordan`; undefined for any other. */
export function readLegend(line: string): Map<string, string> | undefined {
  const [mark, ...pairs] = line.trim().split(/\s+/);
  if (mark !== 'K:' || pairs.length === 0 || !pairs.every(isPair)) return undefined;
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const name = pair.slice(at + 1).replaceAll('¦', '|');
      // `O.` is an initial; between two letters the dot stands for a blank.
      return [pair.slice(0, at), name.replace(/\.(?=\p{L})/gu, ' ')] as const;
    }),
  );
}

/** Something before an equals sign and something behind. */
function isPair(word: string): boolean {
  const at = word.indexOf('=', 1);
  return at > 0 && at < word.length - 1;
}
