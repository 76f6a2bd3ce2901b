/**
 * incoming/: what arrived and could not be taken in, each with a note that says why. It counts as
 * not being there: it is not folded and not forwarded. Every pull tries it again.
 */
import { join } from 'node:path';
import {
  entriesOf,
  makeFolderDurably,
  parsePartName,
  readBytes,
  readText,
  replaceFile,
  type Files,
  type PartRange,
} from '../../events/index.js';

export interface IncomingNote {
  /** The name of the part. */
  readonly part: string;
  /** Where it came from: the name of a remote, or of what was merged. */
  readonly source: string;
  readonly code: string;
  readonly reason: string;
  /** Of the object at the source when it was fetched. */
  readonly stamp: string;
}

export interface Waiting extends IncomingNote {
  readonly range: PartRange;
}

/** Together what waits is no larger: more is looked at again at the next pull, and not kept. */
const KEPT_BYTES_MAX = 256 * 1024 * 1024;
const NOTE = /\.part\.json$/;

export class Incoming {
  readonly #files: Files;
  readonly #folder: string;
  /** Of the bytes that are kept; counted when it is first needed. */
  #keptBytes: number | undefined;

  constructor(files: Files, dimensionFolder: string) {
    this.#files = files;
    this.#folder = join(dimensionFolder, 'incoming');
  }

  /** Everything that waits, in no order. */
  list(): Waiting[] {
    return this.#subfolders('').flatMap((source) =>
      this.#subfolders(source).flatMap((replica) => this.#notesIn(source, replica)),
    );
  }

  #notesIn(source: string, replica: string): Waiting[] {
    const folder = join(this.#folder, source, replica);
    return entriesOf(folder).flatMap(({ name }) => {
      const waiting = NOTE.test(name) ? readNote(join(folder, name)) : undefined;
      return waiting?.source === source ? [waiting] : [];
    });
  }

  #subfolders(of: string): string[] {
    const path = join(this.#folder, of);
    if (!this.#files.stat(path)) return [];
    return entriesOf(path).flatMap(({ name, kind }) => (kind === 'folder' ? [name] : []));
  }

  /** The bytes of what waits; undefined where only the note was kept. */
  read(waiting: Pick<IncomingNote, 'part' | 'source'>): Buffer | undefined {
    return readBytes(this.#path(waiting));
  }

  /** Sets a part aside with its reason; the bytes only where there is room, or none are given. */
  keep(note: IncomingNote, bytes?: Buffer): void {
    const path = this.#path(note);
    makeFolderDurably(this.#files, join(path, '..'));
    this.#keptBytes ??= this.#countBytes();
    const isKept = bytes !== undefined && this.#keptBytes + bytes.length <= KEPT_BYTES_MAX;
    if (isKept) replaceFile(this.#files, path, bytes);
    else this.#files.remove(path);
    this.#keptBytes += isKept ? bytes.length : 0;
    const { part, source, code, reason, stamp } = note;
    const text = JSON.stringify({ part, source, code, reason, stamp }, undefined, 2);
    replaceFile(this.#files, `${path}.json`, `${text}\n`);
  }

  /** Forgets a part: it was taken in, or it is no longer needed. */
  drop(note: Pick<IncomingNote, 'part' | 'source'>): void {
    const path = this.#path(note);
    this.#files.remove(`${path}.json`);
    this.#files.remove(path);
  }

  #countBytes(): number {
    const sizes = this.list().map((waiting) => this.#files.stat(this.#path(waiting))?.sizeBytes);
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }

  #path({ source, part }: Pick<IncomingNote, 'part' | 'source'>): string {
    return join(this.#folder, source, ...part.split('/'));
  }
}

function readNote(path: string): Waiting | undefined {
  try {
    const note = JSON.parse(readText(path) ?? '') as IncomingNote;
    const range = parsePartName(note.part);
    return range && { ...note, range };
  } catch {
    // A note that was not finished: the part is fetched and judged again.
    return undefined;
  }
}
