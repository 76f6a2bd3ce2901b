/**
 * replica.json: under which replica id this machine writes here.
 *
 * A copied dimension must not go on under the old id. So the id hangs on a fingerprint of this very
 * file: host, inode, birth time. A copy has another inode and gets a new id before its first write;
 * a machine that returns to a shared folder finds its own id in the map. A new id is always safe,
 * reusing one never is.
 */
import { join } from 'node:path';
import { makeFolderDurably, readText, type Files } from './files.js';
import type { System } from './system.js';

/** Fingerprint -> replica id. */
type ReplicaMap = Record<string, string>;

const REPLICA_ID = /^[0-9a-f]{32}$/;

export class ReplicaIdentity {
  readonly #files: Files;
  readonly #system: System;
  readonly #folder: string;
  readonly #path: string;
  #known: { readonly stamp: string; readonly replica: string } | undefined;

  constructor(files: Files, system: System, folder: string) {
    this.#files = files;
    this.#system = system;
    this.#folder = folder;
    this.#path = join(folder, 'replica.json');
  }

  /** This machine's replica id, if it has one here already. Writes nothing. */
  current(): string | undefined {
    const fingerprint = this.#fingerprint();
    if (fingerprint === undefined) return undefined;
    // A repair by another process writes another id into this very file.
    const stamp = `${fingerprint}:${this.#contentStamp()}`;
    if (this.#known?.stamp === stamp) return this.#known.replica;
    const replicas = this.#readMap();
    const replica =
      replicas[fingerprint] ?? replicas[this.#fingerprint({ withBirth: false }) ?? ''];
    this.#known = replica === undefined ? undefined : { stamp, replica };
    return replica;
  }

  /** This machine's replica id; makes one where there is none. Only under the lock. */
  ensure(): string {
    return this.current() ?? this.#claim();
  }

  /** Writes under that id from now on. Only under the lock. */
  adopt(replica: string): void {
    this.#claim(replica);
  }

  #readMap(): ReplicaMap {
    const text = readText(this.#path) ?? '';
    try {
      const { replicas } = JSON.parse(text) as { readonly replicas: Record<string, unknown> };
      const known = Object.entries(replicas).filter(([, id]) => REPLICA_ID.test(String(id)));
      return Object.fromEntries(known) as ReplicaMap;
    } catch {
      // Unreadable means unknown, and unknown means a new id: always safe.
      return {};
    }
  }

  #claim(replica = this.#system.randomBytes(16).toString('hex')): string {
    const replicas = this.#readMap();
    makeFolderDurably(this.#files, this.#folder);
    const isNew = this.#files.stat(this.#path) === undefined;
    const handle = this.#files.open(this.#path, isNew ? 'create' : 'write');
    this.#files.close(handle);
    const before = this.#fingerprint();
    this.#writeInPlace({ ...replicas, [before ?? '']: replica });
    const after = this.#fingerprint();
    if (after !== undefined && after !== before) {
      // The birth time moves with every write here; a fingerprint without it is kept as well.
      this.#writeInPlace({ ...replicas, [this.#fingerprint({ withBirth: false }) ?? '']: replica });
    }
    this.#known = undefined;
    return replica;
  }

  /** In place, so that inode and birth time stay what the fingerprint says. */
  #writeInPlace(replicas: ReplicaMap): void {
    const text = `${JSON.stringify({ version: 1, replicas }, undefined, 2)}\n`;
    const handle = this.#files.open(this.#path, 'write');
    try {
      const bytes = Buffer.from(text);
      this.#files.write(handle, bytes, 0);
      this.#files.truncate(handle, bytes.length);
      this.#files.sync(handle);
    } finally {
      this.#files.close(handle);
    }
    this.#files.syncFolder(this.#folder);
  }

  #contentStamp(): string {
    const stat = this.#files.stat(this.#path);
    return stat ? `${String(stat.mtimeNs)}:${String(stat.sizeBytes)}` : '';
  }

  #fingerprint(options = { withBirth: true }): string | undefined {
    const stat = this.#files.stat(this.#path);
    if (!stat) return undefined;
    const birth = options.withBirth && stat.birthNs > 0n ? String(stat.birthNs) : '-';
    return `${this.#system.hostId()}:${String(stat.inode)}:${birth}`;
  }
}
