/**
 * Projector tests as sentences: `given(a, b).when(c).then(query, rows)`.
 *
 * Each event is a commit of its own, a second after the one before: the first at 1,000 ms. Each
 * case is folded one commit at a time, by two, by three and all at once; and again with every event
 * written by a machine of its own and arriving last to first, one at a time and all at once.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { encodeEvent } from '../../events/codec.js';
import {
  Log,
  LogWriter,
  NO_HEAD,
  streamOf,
  type EventDataOf,
  type EventPayload,
  type Head,
  type StoredCommit,
} from '../../events/index.js';
import type { Db } from '../../projections/index.js';
import { Fold } from '../../replay/fold.js';
import type { NewEvent } from '../../replay/index.js';
import { marking } from './event-arbitraries.js';
import { fastFiles, IDENTITY, newViews } from './replicas.js';

/** Undone or Redone of the event with that index among all of the case. */
interface Mark {
  readonly mark: 'Undone' | 'Redone';
  readonly index: number;
}

export type Step = NewEvent | Mark;

const replicaNamed = (index: number): string => String(index).padStart(32, '0');

function envelope(index: number) {
  const wall = 1_000 * (index + 1);
  return { at: { ms: wall, counter: 0 }, wall, actor: { kind: 'api' }, source: 'user' } as const;
}

/** The payloads of a case; those of marks name earlier ones by digest. */
function payloadsOf(steps: readonly Step[]): EventPayload[] {
  const payloads: EventPayload[] = [];
  for (const [index, step] of steps.entries()) {
    const event = 'mark' in step ? markOf(step, payloads[step.index]) : step;
    payloads.push({ v: 1, ...event, nonce: Buffer.alloc(16, index) });
  }
  return payloads;
}

function markOf({ mark, index }: Mark, of: EventPayload | undefined): NewEvent {
  if (!of) throw new Error(`there is no event ${String(index)} before its mark`);
  const digest = createHash('sha256').update(encodeEvent(of)).digest();
  return marking(mark, of.stream, [[Buffer.alloc(16), index + 1, digest.subarray(0, 8)]]);
}

function writerOf(log: Log, replica: string): LogWriter {
  return new LogWriter({
    files: fastFiles,
    randomBytes: (size) => Buffer.alloc(size, 1),
    folder: log.folderOf(replica),
    dimension: IDENTITY.id,
    replica,
    durable: false,
  });
}

function writeLog(log: Log, payloads: readonly EventPayload[], machines: 'one' | 'many') {
  const commits: StoredCommit[] = [];
  let head: Head = NO_HEAD;
  for (const [index, payload] of payloads.entries()) {
    const writer = writerOf(log, replicaNamed(machines === 'one' ? 0 : index));
    const from = machines === 'one' ? head : NO_HEAD;
    const appended = writer.append(from, envelope(index), [payload]);
    writer.close();
    head = appended.head;
    commits.push(appended.commit);
  }
  return commits;
}

function foldInBatches(log: Log, commits: readonly StoredCommit[], size: number): Db {
  const db = newViews();
  for (let at = 0; at < commits.length; at += size) {
    db.transaction(() => {
      const fold = new Fold(db, log);
      for (const commit of commits.slice(at, at + size)) fold.add(commit);
      log.clear(fold.settle());
    });
  }
  return db;
}

type Query = string | ((db: Db) => unknown);

function ask(db: Db, query: Query): unknown {
  return typeof query === 'string' ? db.all(query) : query(db);
}

function check(steps: readonly Step[], query: Query, rows: unknown): void {
  const folder = mkdtempSync(join(tmpdir(), 'alt-given-'));
  try {
    const payloads = payloadsOf(steps);
    for (const machines of ['one', 'many'] as const) {
      const log = new Log(fastFiles, join(folder, machines));
      const commits = writeLog(log, payloads, machines);
      const order = machines === 'one' ? commits : commits.toReversed();
      for (const size of machines === 'one' ? [1, 2, 3, commits.length] : [1, commits.length]) {
        const db = foldInBatches(log, order, size);
        const answer = ask(db, query);
        db.close();
        expect(answer, `${machines} machine(s), ${String(size)} at a time`).toEqual(rows);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What happened before; `when` what is looked at; `then` what a query then answers. */
export function given(...before: readonly Step[]) {
  return {
    when: (...events: readonly Step[]) => ({
      then: (query: Query, rows: unknown): void => {
        check([...before, ...events], query, rows);
      },
    }),
  };
}

export const undone = (index: number): Step => ({ mark: 'Undone', index });
export const redone = (index: number): Step => ({ mark: 'Redone', index });

const stream = (kind: Parameters<typeof streamOf>[1], ...names: string[]): string =>
  streamOf(IDENTITY.key, kind, ...names);

export function entityAdded(id: string, data: Partial<EventDataOf<'EntityAdded'>> = {}): NewEvent {
  const defaults = { entity_id: id, realm: 'alpha', domain: 'ideas', content: `text of ${id}` };
  return { type: 'EntityAdded', stream: stream('entity', id), data: { ...defaults, ...data } };
}

export function entityRevised(
  id: string,
  data: Omit<EventDataOf<'EntityRevised'>, 'entity_id'>,
): NewEvent {
  const whole = { entity_id: id, ...data };
  return { type: 'EntityRevised', stream: stream('entity', id), data: whole };
}

export function entityMoved(id: string, realm: string, domain: string): NewEvent {
  const data = { entity_id: id, realm, domain };
  return { type: 'EntityMoved', stream: stream('entity', id), data };
}

export function entityDeleted(id: string): NewEvent {
  const data = { entity_id: id, reason: 'user' as const };
  return { type: 'EntityDeleted', stream: stream('entity', id), data };
}

export function entityRestored(id: string): NewEvent {
  return { type: 'EntityRestored', stream: stream('entity', id), data: { entity_id: id } };
}

export function realmDescribed(name: string, description: string): NewEvent {
  return { type: 'RealmDescribed', stream: stream('realm', name), data: { name, description } };
}

export function realmDeleted(name: string): NewEvent {
  return { type: 'RealmDeleted', stream: stream('realm', name), data: { name } };
}

export function domainDescribed(realm: string, name: string, description: string): NewEvent {
  const data = { realm, name, description };
  return { type: 'DomainDescribed', stream: stream('domain', realm, name), data };
}

export function domainDeleted(realm: string, name: string): NewEvent {
  return { type: 'DomainDeleted', stream: stream('domain', realm, name), data: { realm, name } };
}

const TRIPLE = { subject: 'Ada', predicate: 'works_at', object: 'Mill' };
const FACT_STREAM = stream('fact', '', ...Object.values(TRIPLE));

/** About one triple: Ada works at the mill. */
export function factAsserted(
  id: string,
  data: Partial<EventDataOf<'FactAsserted'>> = {},
): NewEvent {
  const keys = { subject_key: 'ada', object_key: 'mill' };
  return {
    type: 'FactAsserted',
    stream: FACT_STREAM,
    data: { fact_id: id, ...TRIPLE, ...keys, ...data },
  };
}

export function factEnded(ids: string[], ended: string): NewEvent {
  return { type: 'FactEnded', stream: FACT_STREAM, data: { fact_ids: ids, ended } };
}

export function factAmended(
  id: string,
  data: Omit<EventDataOf<'FactAmended'>, 'fact_id'>,
): NewEvent {
  return { type: 'FactAmended', stream: FACT_STREAM, data: { fact_id: id, ...data } };
}

export function factRetracted(ids: string[]): NewEvent {
  return { type: 'FactRetracted', stream: FACT_STREAM, data: { fact_ids: ids } };
}

export function termDefined(data: EventDataOf<'TermDefined'>): NewEvent {
  return { type: 'TermDefined', stream: stream('term', data.key), data };
}

/** Names are their own keys. */
export function aliasSet(key: string, canonical: string): NewEvent {
  const data = { key, alias: key, canonical_key: canonical, canonical };
  return { type: 'AliasSet', stream: stream('term', key), data };
}

export function personNamed(key: string, canonical: string): NewEvent {
  const data = { key, variant: key, canonical_key: canonical, canonical };
  return { type: 'PersonNamed', stream: stream('person', key), data };
}

export function personForgotten(key: string): NewEvent {
  return { type: 'PersonForgotten', stream: stream('person', key), data: { key, variant: key } };
}

const END = { realm: 'alpha', domain: 'ideas' };
const OTHER_END = { realm: 'beta', domain: 'plans' };
const TUNNEL_ID = '0123456789abcdef';
const TUNNEL_STREAM = stream('tunnel', TUNNEL_ID);

/** About one tunnel: from ideas in alpha to plans in beta. */
export function tunnelDug(data: Partial<EventDataOf<'TunnelDug'>> = {}): NewEvent {
  const ends = { source: END, target: OTHER_END };
  const defaults = { tunnel_id: TUNNEL_ID, ...ends, label: '', kind: 'explicit' as const };
  return { type: 'TunnelDug', stream: TUNNEL_STREAM, data: { ...defaults, ...data } };
}

export function tunnelUpdated(data: Partial<EventDataOf<'TunnelUpdated'>>): NewEvent {
  const whole = { tunnel_id: TUNNEL_ID, source: END, ...data };
  return { type: 'TunnelUpdated', stream: TUNNEL_STREAM, data: whole };
}

export function tunnelClosed(): NewEvent {
  const data = { tunnel_id: TUNNEL_ID, reason: 'user' as const };
  return { type: 'TunnelClosed', stream: TUNNEL_STREAM, data };
}

export function gatewayDismissed(realm: string): NewEvent {
  const data = { gateway_id: `gateway_${realm}`, realm, entity_a: 'Ada', entity_b: 'Mill' };
  return { type: 'GatewayDismissed', stream: stream('gateway', realm, 'Ada', 'Mill'), data };
}

export function settingChanged(
  key: string,
  value: EventDataOf<'SettingChanged'>['value'],
): NewEvent {
  return { type: 'SettingChanged', stream: stream('setting', key), data: { key, value } };
}

export function embedderChosen(name: string): NewEvent {
  const data = { requested: name, name, space: `${name}/1` };
  return { type: 'EmbedderChosen', stream: stream('setting', 'embedder'), data };
}

/** Built on the stream of the source with that key. */
export function nodesBuilt(key: string, data: Partial<EventDataOf<'NodesBuilt'>> = {}): NewEvent {
  const defaults: EventDataOf<'NodesBuilt'> = {
    source_file: `/${key}`,
    realm: 'alpha',
    domain: 'ideas',
    lines: ['zebras cross|Ada|→e1'],
    normalize_version: 2,
  };
  return { type: 'NodesBuilt', stream: stream('source', key), data: { ...defaults, ...data } };
}

export function nodesPurged(key: string): NewEvent {
  const data = { source_file: `/${key}` };
  return { type: 'NodesPurged', stream: stream('source', key), data };
}

export function sourceMined(key: string, data: Partial<EventDataOf<'SourceMined'>> = {}): NewEvent {
  const defaults: EventDataOf<'SourceMined'> = {
    source_key: key,
    source_file: `/${key}`,
    mode: 'projects',
    realm: 'alpha',
    domain: 'ideas',
    hash: '0a'.repeat(16),
    size_bytes: 10,
    normalize_version: 1,
    layout: [['e1', 1, 2]],
    added: 1,
    removed: 0,
  };
  return { type: 'SourceMined', stream: stream('source', key), data: { ...defaults, ...data } };
}
