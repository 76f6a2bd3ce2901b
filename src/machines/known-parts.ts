/**
 * Which parts of a remote were proved to be what is held here, so that no pull reads them again. A
 * cache: without it they are. It is only believed while the log is what it was then.
 */
import { join } from 'node:path';
import {
  chainAt,
  framesOfPart,
  makeFolderDurably,
  parsePartName,
  readText,
  replaceFile,
  type Files,
  type Log,
  type PartRange,
} from '../../events/index.js';
import { compareRanges, type ArrivedPart } from '../../replay/index.js';

interface KnownPart {
  /** Of the object at the remote when it was looked at. */
  readonly stamp: string;
  /** How many of its events were erased there. */
  readonly erased: number;
}

interface Cached {
  readonly parts: Readonly<Record<string, KnownPart>>;
  /** Replica -> the chain value at the end of the last of its parts. */
  readonly ends: Readonly<Record<string, string>>;
}

/** How many frames of a part were erased in the copy at hand. */
export function erasedFrames(part: ArrivedPart): number {
  let count = 0;
  for (const { isErased } of framesOfPart(part)) count += isErased ? 1 : 0;
  return count;
}

export interface KnownPartsPlace {
  readonly files: Files;
  readonly log: Log;
  /** The dimension's. */
  readonly folder: string;
}

export class KnownParts {
  readonly #place: KnownPartsPlace;
  readonly #folder: string;
  readonly #name: string | undefined;
  readonly #parts: Map<string, KnownPart>;
  #isChanged = false;

  /** `remote`: undefined for a place that is proved as a whole each time, of which none is kept. */
  constructor(place: KnownPartsPlace, remote: string | undefined) {
    this.#place = place;
    this.#folder = join(place.folder, 'cache', 'remotes');
    this.#name = remote === undefined ? undefined : `${remote}.json`;
    this.#parts = new Map(Object.entries(this.#read()));
  }

  #read(): Record<string, KnownPart> {
    if (this.#name === undefined) return {};
    try {
      const text = readText(join(this.#folder, this.#name)) ?? '';
      const { parts, ends } = JSON.parse(text) as Cached;
      const held = this.#ends(Object.keys(parts));
      const believed = Object.entries(parts).filter(([name]) => {
        const replica = name.slice(0, name.indexOf('/'));
        return ends[replica] !== undefined && ends[replica] === held[replica];
      });
      return Object.fromEntries(believed);
    } catch {
      // A cache that cannot be read is no cache; all is looked at again.
      return {};
    }
  }

  /** The chain values of the log that is held, where the last known part of each replica ends. */
  #ends(names: readonly string[]): Record<string, string> {
    const last = new Map<string, PartRange>();
    for (const range of names.flatMap((name) => parsePartName(name) ?? [])) {
      const before = last.get(range.replica);
      if (!before || compareRanges(endOf(before), endOf(range)) < 0) last.set(range.replica, range);
    }
    const chains = [...last].map(([replica, range]) => {
      const { log } = this.#place;
      const isHeld = log.sizeOf(replica, range.segment) !== undefined;
      const chain = isHeld ? chainAt(log, replica, endOf(range)) : undefined;
      return [replica, chain?.toString('hex') ?? ''] as const;
    });
    return Object.fromEntries(chains.filter(([, chain]) => chain !== ''));
  }

  /** What is known of a part as it is there now. */
  find(object: { readonly name: string; readonly stamp: string }): KnownPart | undefined {
    const known = this.#parts.get(object.name);
    return known?.stamp === object.stamp ? known : undefined;
  }

  names(): string[] {
    return [...this.#parts.keys()];
  }

  add(name: string, part: KnownPart): void {
    this.#parts.set(name, part);
    this.#isChanged = true;
  }

  save(): void {
    if (!this.#isChanged || this.#name === undefined) return;
    const { files } = this.#place;
    makeFolderDurably(files, this.#folder);
    const parts = Object.fromEntries(this.#parts);
    const cached: Cached = { parts, ends: this.#ends(this.names()) };
    replaceFile(files, join(this.#folder, this.#name), `${JSON.stringify(cached)}\n`);
    this.#isChanged = false;
  }
}

/** The place just behind a range. */
const endOf = (range: PartRange): PartRange => ({ ...range, offset: range.end });
