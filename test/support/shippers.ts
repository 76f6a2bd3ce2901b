/**
 * Simulated machines that ship for real: the machine of replicas.ts, whose log the real Store of
 * another process follows, and remotes that a test can damage. All clocks are the machines' own.
 */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printDimensionFile, type Files } from '../../events/index.js';
import { digestViews, Store, type Digest } from '../../replay/index.js';
import { FolderRemote } from '../../src/machines/folder-remote.js';
import { Incoming } from '../../src/machines/incoming.js';
import { KnownParts } from '../../src/machines/known-parts.js';
import { LogSource } from '../../src/machines/log-source.js';
import { pullParts } from '../../src/machines/pull.js';
import { pushParts } from '../../src/machines/push.js';
import type { Remote, RemoteObject } from '../../src/machines/remote.js';
import { Transfer, type TransferReport } from '../../src/machines/report.js';
import type { Session } from '../../src/session.js';
import { fastFiles, IDENTITY, type Machine } from './replicas.js';

export class Shipper {
  readonly machine: Machine;
  readonly store: Store;
  readonly #session: Session;

  constructor(machine: Machine, files: Files = fastFiles) {
    const { system } = machine;
    this.machine = machine;
    this.store = new Store(machine.folder, IDENTITY, { files, system, label: 'test' });
    const who = { actor: { kind: 'api', name: 'test' }, source: 'user' } as const;
    this.#session = { store: this.store, ...who, system, files };
  }

  folderRemote(folder: string): Remote {
    return new FolderRemote(fastFiles, folder, this.machine.folder);
  }

  async push(remote: Remote): Promise<TransferReport> {
    const transfer = new Transfer({ remote: remote.location, location: remote.location });
    await pushParts({ ...this.#shared(remote), transfer });
    return transfer.report();
  }

  async pull(remote: Remote): Promise<TransferReport> {
    const transfer = new Transfer({ remote: remote.location, location: remote.location });
    const incoming = new Incoming(this.#session.files, this.machine.folder);
    await pullParts({ ...this.#shared(remote), source: nameOf(remote), incoming, transfer });
    return transfer.report();
  }

  async mergeFrom(other: Shipper): Promise<void> {
    const remote = new LogSource(fastFiles, other.machine.folder);
    const transfer = new Transfer({ remote: 'merge', location: 'merge' });
    const incoming = new Incoming(this.#session.files, this.machine.folder);
    const source = `merge-${nameOf(remote)}`;
    const session = this.#session;
    await pullParts({ session, remote, source, known: undefined, incoming, transfer });
  }

  #shared(remote: Remote) {
    const place = { files: fastFiles, log: this.store.log, folder: this.machine.folder };
    const known = new KnownParts(place, nameOf(remote));
    return { session: this.#session, remote, known };
  }

  digest(): Promise<Digest> {
    return this.store.read((db) => digestViews(db));
  }
}

const nameOf = ({ location }: Remote): string => location.replace(/^.*\//, '');

/** A remote that holds what a test puts there, under any name. */
export class MemoryRemote implements Remote {
  readonly location: string;
  readonly objects = new Map<string, Buffer>([
    ['dimension.json', Buffer.from(printDimensionFile(IDENTITY))],
  ]);
  /** What it claims of an object, against the truth. */
  readonly claims = new Map<string, Partial<RemoteObject>>();
  /** What was asked for. */
  readonly read: string[] = [];

  constructor(location = 'memory') {
    this.location = location;
  }

  list(): Promise<RemoteObject[]> {
    return Promise.resolve(
      [...this.objects].map(([name, bytes]) => {
        const stamp = bytes.toString('base64').slice(-20);
        return { name, sizeBytes: bytes.length, stamp, ...this.claims.get(name) };
      }),
    );
  }

  get(name: string): Promise<Buffer | undefined> {
    this.read.push(name);
    // A copy: what a receiver does to its bytes changes nothing here.
    const bytes = this.objects.get(name);
    return Promise.resolve(bytes && Buffer.from(bytes));
  }

  put(name: string, bytes: Buffer): Promise<string> {
    this.objects.set(name, Buffer.from(bytes));
    return Promise.resolve(bytes.toString('base64').slice(-20));
  }

  parts(): string[] {
    return [...this.objects.keys()].filter((name) => name.endsWith('.part')).sort();
  }
}

export type Fault = 'hide' | 'cut' | 'duplicate' | 'alter';

/** A folder through which parts travel badly, until it is healed. */
export class FaultyFolder {
  readonly #folder: string;
  readonly #healers: (() => void)[] = [];

  constructor(folder: string, files: Files = fastFiles) {
    this.#folder = folder;
    files.makeFolder(folder);
    writeFileSync(join(folder, 'dimension.json'), printDimensionFile(IDENTITY));
  }

  get path(): string {
    return this.#folder;
  }

  #parts(): string[] {
    const names = readdirSync(this.#folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.part') && !name.includes('conflict')).sort();
  }

  /** Does something to one of the parts, if there is any. */
  spoil(fault: Fault, pick: number): void {
    const parts = this.#parts();
    const name = parts[pick % parts.length];
    if (name === undefined) return;
    const path = join(this.#folder, name);
    const bytes = readFileSync(path);
    if (fault === 'duplicate') {
      writeFileSync(path.replace('.part', '.sync-conflict-20260101.part'), bytes);
      return;
    }
    const aside = `${this.#folder}-${String(this.#healers.length)}`;
    renameSync(path, aside);
    if (fault === 'cut') writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    if (fault === 'alter') writeFileSync(path, flipped(bytes, pick));
    this.#healers.push(() => {
      renameSync(aside, path);
    });
  }

  /** Everything arrives at last. */
  heal(): void {
    for (const healer of this.#healers.splice(0).reverse()) healer();
  }
}

/** One bit is another. */
export function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at % copy.length;
  copy.writeUInt8(copy.readUInt8(index) ^ 0x10, index);
  return copy;
}
