/** One replica's log in a temporary folder, written and read by the real thing. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Log,
  LogWriter,
  NO_HEAD,
  nodeFiles,
  type Appended,
  type EventPayload,
  type Files,
  type Head,
  type ReadEnd,
  type StoredCommit,
} from '../../events/index.js';
import { DIMENSION, envelope, REPLICA, seededBytes } from './envelopes.js';
import { temporaryFolder } from './temporary-folder.js';

/** A memory as an event. */
export function memory(content: string): EventPayload {
  const id = 'ent_0123456789abcdefghjkmnpqrs';
  const data = { entity_id: id, realm: 'work', domain: 'notes', content };
  const nonce = createHash('sha256').update(content).digest().subarray(0, 16);
  return { type: 'EntityAdded', v: 1, stream: `entity:${id}`, data, nonce };
}

export interface ReadLog {
  readonly commits: readonly StoredCommit[];
  readonly end: ReadEnd;
  readonly head: Head;
}

/** Everything that a fresh reader sees. */
export function readLog(log: Log, replica = REPLICA, from: Head = NO_HEAD): ReadLog {
  const reader = log.read(replica, from);
  const commits: StoredCommit[] = [];
  for (let commit = reader.next(); commit; commit = reader.next()) commits.push(commit);
  return { commits, end: reader.end, head: reader.head };
}

/** The contents of the memories in what was read. */
export function contents({ commits }: Pick<ReadLog, 'commits'>): unknown[] {
  return commits.flatMap(({ events }) => events.map(({ payload }) => payload?.data.content));
}

export class WrittenLog {
  readonly folder = temporaryFolder();
  readonly log = new Log(nodeFiles, this.folder);
  head: Head = NO_HEAD;
  readonly #randomBytes = seededBytes('written-log');
  readonly #writer = this.writer();
  #commits = 0;

  writer(files: Files = nodeFiles): LogWriter {
    return new LogWriter({
      files,
      randomBytes: this.#randomBytes,
      folder: this.log.folderOf(REPLICA),
      dimension: DIMENSION,
      replica: REPLICA,
    });
  }

  /** Appends one commit of memories and moves the head. */
  append(...texts: readonly string[]): Appended {
    return this.appendEvents(texts.map(memory));
  }

  appendEvents(events: readonly EventPayload[], writer = this.#writer): Appended {
    this.#commits += 1;
    const appended = writer.append(this.head, envelope(this.#commits), events);
    this.head = appended.head;
    return appended;
  }

  /** Makes the next commit start a new segment, as if the current one were full. */
  seal(): void {
    this.head = { ...this.head, offset: 8 * 1024 * 1024 };
  }

  path(segment = 1): string {
    const name = `${String(segment).padStart(16, '0')}.seg`;
    return join(this.log.folderOf(REPLICA), name);
  }

  bytes(segment = 1): Buffer {
    return readFileSync(this.path(segment));
  }

  overwrite(bytes: Uint8Array, segment = 1): void {
    writeFileSync(this.path(segment), bytes);
  }

  read(from: Head = NO_HEAD): ReadLog {
    return readLog(this.log, REPLICA, from);
  }
}
