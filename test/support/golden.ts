/**
 * The golden files of the format, byte for byte the same whenever they are made: an example of two
 * events for docs/FORMAT.md, a log of three replicas with every type of event, and its views.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeReference,
  Log,
  LogWriter,
  NO_HEAD,
  nodeFiles,
  streamOf,
  type CommitHeader,
  type EventName,
  type EventPayload,
  type StoredCommit,
  type StoredEvent,
} from '../../events/index.js';
import { LOGICAL_TABLES } from '../../projections/index.js';
import { DIMENSION, envelope, REPLICA, seededBytes, type Envelope } from './envelopes.js';
import { EXAMPLE_DATA, EXAMPLE_KEY, exampleStream } from './example-events.js';
import { foldCommits } from './fold-orders.js';
import { newViews } from './replicas.js';

const OTHER_REPLICA = '2b'.repeat(16);
const THIRD_REPLICA = '3c'.repeat(16);
export const GOLDEN_REPLICAS = [REPLICA, OTHER_REPLICA, THIRD_REPLICA];

const SECRET = 'ent_zzzzzzzzzzzzzzzzzzzzzzzzzz';
const SECRET_STREAM = streamOf(EXAMPLE_KEY, 'entity', SECRET);

type Draft = Omit<EventPayload, 'nonce'>;

/** Writes the commits of one replica, one after the other. */
class GoldenReplica {
  #head = NO_HEAD;
  #commits = 0;
  readonly #randomBytes: (size: number) => Buffer;
  readonly #writer: LogWriter;

  constructor(
    readonly log: Log,
    readonly replica: string,
  ) {
    this.#randomBytes = seededBytes(`golden:${replica}`);
    this.#writer = new LogWriter({
      files: nodeFiles,
      randomBytes: this.#randomBytes,
      folder: log.folderOf(replica),
      dimension: DIMENSION,
      replica,
    });
  }

  append(drafts: readonly Draft[], more: Partial<Envelope> = {}): readonly StoredEvent[] {
    this.#commits += 1;
    const events = drafts.map((draft) => ({ ...draft, nonce: this.#randomBytes(16) }));
    const header = { ...envelope(this.#commits), ...more };
    const { commit, head } = this.#writer.append(this.#head, header, events);
    this.#head = head;
    return commit.events;
  }

  seal(): void {
    this.#head = { ...this.#head, offset: 8 * 1024 * 1024 };
  }

  close(): void {
    this.#writer.close();
  }
}

function example(name: EventName, data: Draft['data'] = EXAMPLE_DATA[name]): Draft {
  return { type: name, v: 1, stream: exampleStream(name), data };
}

function referenceTo(event: StoredEvent): readonly unknown[] {
  return encodeReference({
    replica: event.place.replica,
    seq: event.seq,
    digest: event.digest.subarray(0, 8),
  });
}

/** `example.seg`: one commit of two events. */
function writeExample(folder: string): void {
  const aside = mkdtempSync(join(tmpdir(), 'alt-memory-golden-'));
  const replica = new GoldenReplica(new Log(nodeFiles, aside), REPLICA);
  const entity = { entity_id: 'ent_0123456789abcdefghjkmnpqrs', realm: 'work', domain: 'notes' };
  replica.append(
    [example('DimensionCreated'), example('EntityAdded', { ...entity, content: 'Tea at 4.' })],
    { actor: { kind: 'cli', tool: 'init' } },
  );
  replica.close();
  const segment = join(replica.log.folderOf(REPLICA), '0000000000000001.seg');
  renameSync(segment, join(folder, 'example.seg'));
  rmSync(aside, { recursive: true });
}

function writeFirstReplica(log: Log): void {
  const replica = new GoldenReplica(log, REPLICA);
  const cli = { kind: 'cli', tool: 'init', name: 'alt', session: 's-1' } as const;
  replica.append([example('DimensionCreated')], { actor: cli });
  const described = ['EntityAdded', 'RealmDescribed', 'DomainDescribed', 'FactAsserted'] as const;
  replica.append(
    described.map((name) => example(name)),
    {
      cause: Buffer.alloc(32, 0x31),
      batch: Buffer.alloc(16, 0x32),
      source: 'model',
    },
  );
  const changed = ['EntityRevised', 'EntityMoved', 'EntityDeleted', 'EntityRestored'] as const;
  const [, moved] = replica.append(changed.map((name) => example(name)));
  replica.seal();
  const others = ['FactEnded', 'SourceMined', 'SettingChanged', 'EmbedderChosen'] as const;
  replica.append(
    others.map((name) => example(name)),
    { actor: { kind: 'mine' }, source: 'tool' },
  );
  replica.append([example('DimensionAdopted'), example('ReplicaForked')], {
    actor: { kind: 'merge' },
  });
  const data = { entity_id: SECRET, realm: 'work', domain: 'keys', content: 'hunter2' };
  const draft = { type: 'EntityAdded', v: 1, stream: SECRET_STREAM, data };
  const [secret] = replica.append([draft]);
  if (!moved || !secret) throw new Error('The commits came out short.');
  const events = [referenceTo(moved)];
  replica.append([example('Undone', { events }), example('Redone', { events })], {
    actor: { kind: 'undo' },
  });
  const erased = { digests: [secret.digest], whole_stream: false };
  replica.append([{ ...example('Erased', erased), stream: SECRET_STREAM }]);
  replica.close();
  log.clear([secret.place]);
}

/** The other machine: what it had seen, and what this release does not know. */
function writeSecondReplica(log: Log): void {
  const replica = new GoldenReplica(log, OTHER_REPLICA);
  const digest = Buffer.from('0102030405060708', 'hex');
  replica.append([example('RealmDeleted'), example('DomainDeleted')], {
    seen: { [REPLICA]: 9 },
    derivedFrom: [{ replica: REPLICA, seq: 3, digest }],
    source: 'peer',
  });
  replica.append([
    { type: 'SourceForgotten', v: 1, stream: exampleStream('SourceMined'), data: { later: true } },
    { type: 'EntityAdded', v: 99, stream: exampleStream('EntityAdded'), data: { new: [1.5, -1] } },
  ]);
  replica.close();
}

/** What agents, people and places add to memories and facts; what ends comes before what begins. */
function writeThirdReplica(log: Log): void {
  const replica = new GoldenReplica(log, THIRD_REPLICA);
  const names: readonly EventName[] = [
    ...(['RecordWritten', 'FactAmended', 'TermDefined', 'AliasSet', 'PersonForgotten'] as const),
    ...(['PersonNamed', 'PersonaDeleted', 'PersonaDefined', 'PersonaActivated'] as const),
    ...(['IdentitySet', 'TunnelClosed', 'TunnelDug', 'TunnelUpdated', 'GatewayDismissed'] as const),
    ...(['NodesPurged', 'NodesBuilt'] as const),
  ];
  const seen = { [REPLICA]: 15, [OTHER_REPLICA]: 4 };
  for (const name of names) replica.append([example(name)], { seen });
  const stream = streamOf(EXAMPLE_KEY, 'fact', 'fact_9');
  replica.append([{ ...example('FactRetracted'), stream }], { seen });
  replica.close();
}

/** What today's release makes of the log: every row that the digest counts, by table. */
export function logicalExport(log: Log): unknown {
  const db = newViews();
  foldCommits(db, log, []);
  const tables = Object.entries(LOGICAL_TABLES).map(([table, query]) => [table, db.all(query)]);
  db.close();
  return JSON.parse(JSON.stringify(inHex(Object.fromEntries(tables)))) as unknown;
}

/** Writes all golden files into an empty folder; `events.jsonl` says what the log holds. */
export function writeGolden(folder: string): void {
  writeExample(folder);
  const log = new Log(nodeFiles, folder);
  writeFirstReplica(log);
  writeSecondReplica(log);
  writeThirdReplica(log);
  writeFileSync(join(folder, 'views.json'), `${JSON.stringify(logicalExport(log), null, 1)}\n`);
  const lines = GOLDEN_REPLICAS.flatMap((replica) => {
    const reader = log.read(replica);
    const printed: string[] = [];
    for (let commit = reader.next(); commit; commit = reader.next()) {
      printed.push(...printable(commit).map((line) => JSON.stringify(line)));
    }
    return printed;
  });
  writeFileSync(join(folder, 'events.jsonl'), `${lines.join('\n')}\n`);
}

/** What a commit holds, as test/fixtures/second_reader.py prints it. */
export function printable({ header, events }: StoredCommit): unknown[] {
  const commit = printableHeader(header);
  return events.map(({ seq, digest, payload }) => {
    return inHex({ seq, digest, commit, event: payload ?? null });
  });
}

function printableHeader({ at, derivedFrom, seen, ...header }: CommitHeader): object {
  return {
    ...header,
    at: [at.ms, at.counter],
    ...(derivedFrom && { derivedFrom: derivedFrom.map(encodeReference) }),
    ...(seen && { seen: Object.entries(seen).sort() }),
  };
}

/** The value with its byte strings in hex. */
export function inHex(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(inHex);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inHex(item)]));
}
