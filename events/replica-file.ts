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

interface Content {
  /** Fingerprint -> replica id. */
  readonly replicas: Readonly<Record<string, string>>;
  /** Replica id -> the last seq that left this machine. */
  readonly shipped: Readonly<Record<string, number>>;
}

const REPLICA_ID = /^[0-9a-f]{32}$/;

export class ReplicaIdentity {
  readonly #files: Files;
  readonly #system: System;
  readonly #folder: string;
  readonly #path: string;
  #known:
    | { readonly stamp: string; readonly replica: string; readonly shipped: Content['shipped'] }
    | undefined;

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
    const { replicas, shipped } = this.#read();
    const replica =
      replicas[fingerprint] ?? replicas[this.#fingerprint({ withBirth: false }) ?? ''];
    this.#known = replica === undefined ? undefined : { stamp, replica, shipped };
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

  /** The last seq of this machine's replica that is known to have left it; 0 for none. */
  shippedSeq(): number {
    const replica = this.current();
    return replica === undefined ? 0 : (this.#known?.shipped[replica] ?? 0);
  }

  /**
   * Remembers how much of this machine's log leaves it: a log that is found shorter than that was
   * put back, and must not be continued under its id. Only under the lock, before it leaves.
   */
  noteShipped(replica: string, seq: number): void {
    const content = this.#read();
    if (this.current() !== replica || (content.shipped[replica] ?? 0) >= seq) return;
    this.#writeInPlace({ ...content, shipped: { ...content.shipped, [replica]: seq } });
  }

  #read(): Content {
    const text = readText(this.#path) ?? '';
    try {
      const { replicas, shipped = {} } = JSON.parse(text) as Record<string, object>;
      const known = Object.entries(replicas ?? {}).filter(([, id]) => REPLICA_ID.test(String(id)));
      const seqs = Object.entries(shipped).filter(([, seq]) => Number.isSafeInteger(seq));
      return { replicas: Object.fromEntries(known), shipped: Object.fromEntries(seqs) };
    } catch {
      // Unreadable means unknown, and unknown means a new id: always safe.
      return { replicas: {}, shipped: {} };
    }
  }

  #claim(replica = this.#system.randomBytes(16).toString('hex')): string {
    const { replicas, shipped } = this.#read();
    makeFolderDurably(this.#files, this.#folder);
    const isNew = this.#files.stat(this.#path) === undefined;
    const handle = this.#files.open(this.#path, isNew ? 'create' : 'write');
    this.#files.close(handle);
    const before = this.#fingerprint();
    this.#writeInPlace({ replicas: { ...replicas, [before ?? '']: replica }, shipped });
    const after = this.#fingerprint();
    if (after !== undefined && after !== before) {
      // The birth time moves with every write here; a fingerprint without it is kept as well.
      const lasting = this.#fingerprint({ withBirth: false }) ?? '';
      this.#writeInPlace({ replicas: { ...replicas, [lasting]: replica }, shipped });
    }
    this.#known = undefined;
    return replica;
  }

  /** In place, so that inode and birth time stay what the fingerprint says. */
  #writeInPlace(content: Content): void {
    const text = `${JSON.stringify({ version: 1, ...content }, undefined, 2)}\n`;
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
