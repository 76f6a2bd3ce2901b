/**
 * Which parts of a remote were proved to be what is held here, so that no pull reads them again. A
 * cache: without it they are.
 */
import { join } from 'node:path';
import {
  framesOfPart,
  makeFolderDurably,
  readText,
  replaceFile,
  type Files,
} from '../../events/index.js';
import type { ArrivedPart } from '../../replay/index.js';

interface KnownPart {
  /** Of the object at the remote when it was looked at. */
  readonly stamp: string;
  /** How many of its events were erased there. */
  readonly erased: number;
}

/** How many frames of a part were erased in the copy at hand. */
export function erasedFrames(part: ArrivedPart): number {
  let count = 0;
  for (const { isErased } of framesOfPart(part)) count += isErased ? 1 : 0;
  return count;
}

export class KnownParts {
  readonly #files: Files;
  readonly #folder: string;
  readonly #name: string;
  readonly #parts: Map<string, KnownPart>;
  #isChanged = false;

  constructor(files: Files, dimensionFolder: string, remote: string) {
    this.#files = files;
    this.#folder = join(dimensionFolder, 'cache', 'remotes');
    this.#name = `${remote}.json`;
    this.#parts = new Map(Object.entries(this.#read()));
  }

  #read(): Record<string, KnownPart> {
    try {
      return JSON.parse(readText(join(this.#folder, this.#name)) ?? '{}') as never;
    } catch {
      // A cache that cannot be read is no cache; all is looked at again.
      return {};
    }
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

  delete(name: string): void {
    this.#isChanged = this.#parts.delete(name) || this.#isChanged;
  }

  save(): void {
    if (!this.#isChanged) return;
    makeFolderDurably(this.#files, this.#folder);
    const text = `${JSON.stringify(Object.fromEntries(this.#parts))}\n`;
    replaceFile(this.#files, join(this.#folder, this.#name), text);
    this.#isChanged = false;
  }
}
