/**
 * A remote that is a folder: on a USB stick, a network share, or one that a file syncer carries.
 * Links, pipes and the like are never followed; what a syncer or a killed push left unfinished has
 * a name that is not looked at.
 */
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import {
  AltError,
  entriesOf,
  isLink,
  systemError,
  type Files,
  type FileStat,
} from '../../events/index.js';
import { OBJECTS_MAX, type Remote, type RemoteObject } from './remote.js';

const REPLICA_FOLDER = /^[0-9a-f]{32}$/;
/** What a syncer, a system or a killed push keeps for itself. */
const UNFINISHED = /^[.~]|\.(new|tmp)$/;

export class FolderRemote implements Remote {
  readonly location: string;
  readonly #files: Files;
  /** So that two machines that write the same part to one folder do not meet in its making. */
  readonly #tag: string;

  /** `machine` names this copy of the dimension among all that write there. */
  constructor(files: Files, folder: string, machine: string) {
    this.#files = files;
    this.location = folder;
    this.#tag = createHash('sha256').update(machine).digest('hex').slice(0, 8);
  }

  list(): Promise<RemoteObject[]> {
    return this.#trying('Reading', () => {
      this.#assertThere();
      const objects = this.#listIn('');
      if (objects.length <= OBJECTS_MAX) return objects;
      throw new AltError('TOO_LARGE', `${this.location} holds more than 200,000 files.`);
    });
  }

  #listIn(prefix: string): RemoteObject[] {
    const folder = join(this.location, prefix);
    return entriesOf(folder).flatMap(({ name, kind }): RemoteObject[] => {
      if (UNFINISHED.test(name)) return [];
      const path = prefix + name;
      const isReplica = prefix === '' && REPLICA_FOLDER.test(name);
      if (kind === 'folder' && isReplica) return this.#listIn(`${name}/`);
      if (kind !== 'file') {
        const refused = kind === 'folder' ? 'no such folder belongs there' : 'it is no file';
        return [{ name: path, sizeBytes: 0, stamp: '', refused }];
      }
      const stat = this.#files.stat(join(folder, name));
      return stat ? [{ name: path, sizeBytes: stat.sizeBytes, stamp: stampOf(stat) }] : [];
    });
  }

  get(name: string, sizeBytesMax: number): Promise<Buffer | undefined> {
    return this.#trying('Reading', () => {
      const path = this.#path(name);
      if (!this.#files.stat(path)) return undefined;
      const handle = this.#files.open(path, 'read');
      try {
        return this.#files.read(handle, 0, Math.min(sizeBytesMax, this.#files.sizeOf(handle)));
      } finally {
        this.#files.close(handle);
      }
    });
  }

  /** Of the file under a name; undefined where there is none, or something else than a file. */
  stampOf(name: string): string | undefined {
    const path = this.#path(name);
    const stat = this.#files.stat(path);
    // Neither the file nor its folder may lead elsewhere.
    const entry = stat && entriesOf(dirname(path)).find(({ name: one }) => one === basename(path));
    return stat && entry?.kind === 'file' && !isLink(dirname(path)) ? stampOf(stat) : undefined;
  }

  put(name: string, bytes: Buffer): Promise<string> {
    return this.#trying('Writing', () => {
      this.#assertThere();
      const files = this.#files;
      const path = this.#path(name);
      const folder = dirname(path);
      files.makeFolder(folder);
      if (folder !== this.location && isLink(folder)) throw leadsElsewhere(folder);
      const aside = join(folder, `.${basename(path)}.${this.#tag}.new`);
      files.remove(aside);
      const handle = files.open(aside, 'create');
      try {
        files.write(handle, bytes, 0);
        files.sync(handle);
      } finally {
        files.close(handle);
      }
      files.rename(aside, path);
      this.#syncFolder(folder);
      const stat = files.stat(path);
      return stat ? stampOf(stat) : '';
    });
  }

  #syncFolder(folder: string): void {
    try {
      this.#files.syncFolder(folder);
      this.#files.syncFolder(this.location);
    } catch {
      // Not every file system of sticks and shares can; the file itself is synced.
    }
  }

  #path(name: string): string {
    return join(this.location, ...name.split('/'));
  }

  /** A stick that is not there must not become a folder on the disk below. */
  #assertThere(): void {
    if (this.#files.stat(this.location)) return;
    throw new AltError('UNAVAILABLE', `There is nothing at ${this.location}.`, {
      hint: 'Is the stick plugged in, the share mounted?',
    });
  }

  async #trying<Result>(verb: string, work: () => Result): Promise<Result> {
    try {
      return await Promise.resolve(work());
    } catch (error) {
      throw systemError(error, `${verb} ${this.location}`);
    }
  }
}

const stampOf = ({ inode, mtimeNs, sizeBytes }: FileStat): string =>
  [inode, mtimeNs, sizeBytes].join(':');

const leadsElsewhere = (folder: string): AltError =>
  new AltError('PATH_DENIED', `${folder} is a link: nothing is written where it leads.`, {
    hint: 'Put a real folder in its place.',
  });
