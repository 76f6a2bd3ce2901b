/**
 * The log of another copy of the dimension, read as if it were a remote: each segment is a part, up
 * to its last whole commit. For what is merged from a disk at hand; nothing is written there.
 */
import { basename, dirname, join } from 'node:path';
import {
  AltError,
  decodeHeader,
  encodePart,
  HEADER_BYTES,
  Log,
  parsePartName,
  partName,
  partSize,
  type Files,
} from '../../events/index.js';
import type { Remote, RemoteObject } from './remote.js';

export class LogSource implements Remote {
  readonly location: string;
  readonly #log: Log;

  /** `folder` holds `log/`. */
  constructor(files: Files, folder: string) {
    this.location = folder;
    this.#log = new Log(files, folder);
  }

  /** The id of the dimension that it is of; undefined where there is no segment to say so. */
  dimensionId(): string | undefined {
    for (const replica of this.#log.replicas()) {
      const [segment] = this.#log.segments(replica);
      if (segment === undefined) continue;
      const range = { from: 0, to: HEADER_BYTES };
      const header = decodeHeader(this.#log.bytesOf(replica, segment, range));
      if (header) return header.dimension;
    }
    return undefined;
  }

  list(): Promise<RemoteObject[]> {
    return Promise.resolve(this.#log.replicas().flatMap((replica) => this.#partsOf(replica)));
  }

  #partsOf(replica: string): RemoteObject[] {
    const reader = this.#log.read(replica);
    const ends = new Map<number, number>();
    while (reader.next()) ends.set(reader.head.segment, reader.head.offset);
    const objects = [...ends].map(([segment, end]): RemoteObject => {
      const range = { replica, segment, offset: 0, end };
      return { name: partName(range), sizeBytes: partSize(range), stamp: '' };
    });
    const { kind, reason } = reader.end;
    if (kind !== 'damage' && kind !== 'newer') return objects;
    const name = `${replica}/${String(reader.end.segment)}`;
    return [...objects, { name, sizeBytes: 0, stamp: '', refused: reason }];
  }

  get(name: string): Promise<Buffer | undefined> {
    const range = parsePartName(name);
    return Promise.resolve(range && encodePart(this.#log, range));
  }

  put(): Promise<string> {
    return Promise.reject(new AltError('READ_ONLY', `${this.location} is only read.`));
  }
}

/** The folder that holds the `log/` meant by a path: it, or the folder it is the log of. */
export function logFolderOf(files: Files, path: string): string | undefined {
  if (files.stat(join(path, 'log'))) return path;
  const isLog = basename(path) === 'log' && new Log(files, dirname(path)).replicas().length > 0;
  return isLog ? dirname(path) : undefined;
}
