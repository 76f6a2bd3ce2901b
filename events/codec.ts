/**
 * Commit headers and events as MessagePack, and back.
 *
 * Every payload decodes alone with any MessagePack library: no records, no shared structures, no
 * extension types (`useRecords: false`, and only JSON values and byte strings are ever encoded).
 */
import { Packr, Unpackr } from 'msgpackr';
import type { EventData } from './event-type.js';
import type { LogicalTime, VersionVector } from './order.js';

export const ACTOR_KINDS = ['cli', 'mcp', 'api', 'hook', 'mine', 'merge', 'undo'] as const;
export const SOURCES = ['user', 'model', 'tool', 'external', 'peer'] as const;

/** Who caused a commit: labels of programs, at most 64 characters each, never memory. */
export interface Actor {
  readonly kind: (typeof ACTOR_KINDS)[number];
  readonly tool?: string;
  readonly name?: string;
  readonly session?: string;
}

/** Whose words a commit carries, for trust. */
export type Source = (typeof SOURCES)[number];

/** A pointer to an event: `replica:seq` and the first 8 bytes of its digest. */
export interface EventReference {
  readonly replica: string;
  readonly seq: number;
  /** 8 bytes. */
  readonly digest: Uint8Array;
}

/** What the events of one commit share. */
export interface CommitHeader {
  readonly at: LogicalTime;
  /** The writer's wall clock, ms. */
  readonly wall: number;
  readonly replica: string;
  /** Seq of the first event. */
  readonly seq: number;
  readonly count: number;
  readonly actor: Actor;
  readonly source: Source;
  readonly cause?: Uint8Array;
  readonly batch?: Uint8Array;
  readonly derivedFrom?: readonly EventReference[];
  readonly seen?: VersionVector;
}

/** An event as it stands in a payload. */
export interface EventPayload {
  readonly type: string;
  readonly v: number;
  readonly stream: string;
  readonly data: EventData;
  readonly nonce: Uint8Array;
}

const packr = new Packr({ useRecords: false, variableMapSize: true, moreTypes: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

const hexBytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** [replica, seq, digest], as references stand in payloads. */
/** A JSON value as MessagePack, for copies that other programs read. */
export function encodeJson(value: unknown): Buffer {
  return packr.pack(value);
}

export function encodeReference(reference: EventReference): [Uint8Array, number, Uint8Array] {
  return [hexBytes(reference.replica), reference.seq, reference.digest];
}

/** The reference that a payload holds as [replica, seq, digest]. */
export function decodeReference(value: readonly [Uint8Array, number, Uint8Array]): EventReference {
  return { replica: Buffer.from(value[0]).toString('hex'), seq: value[1], digest: value[2] };
}

export function encodeCommitHeader(header: CommitHeader): Buffer {
  const { at, wall, replica, seq, count, actor, source, cause, batch, derivedFrom, seen } = header;
  return packr.pack({
    at: [at.ms, at.counter],
    wall,
    replica: hexBytes(replica),
    seq,
    count,
    actor,
    source,
    ...(cause && { cause }),
    ...(batch && { batch }),
    ...(derivedFrom && { derivedFrom: derivedFrom.map(encodeReference) }),
    ...(seen && { seen: encodeVector(seen) }),
  });
}

function encodeVector(vector: VersionVector): [Buffer, number][] {
  const replicas = Object.keys(vector).sort();
  return replicas.map((replica) => [hexBytes(replica), vector[replica] ?? 0]);
}

/** The bytes of an event. Its data must hold JSON values and byte strings only. */
export function encodeEvent(event: EventPayload): Buffer {
  const { type, v, stream, data, nonce } = event;
  return packr.pack({ type, v, stream, data, nonce });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown, least = 0): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least;

const isBytes = (value: unknown, length: number): value is Uint8Array =>
  value instanceof Uint8Array && value.length === length;

/** Decodes MessagePack; undefined when the bytes are none. */
function unpack(payload: Buffer): unknown {
  try {
    return unpackr.unpack(payload);
  } catch {
    // Bytes that are no MessagePack are an answer here, not an accident; the caller says which.
    return undefined;
  }
}

/** The event in a payload, or undefined if it is none. Its data is not checked here. */
export function decodeEvent(payload: Buffer): EventPayload | undefined {
  const value = unpack(payload);
  if (!isObject(value)) return undefined;
  const { type, v, stream, data, nonce } = value;
  if (typeof type !== 'string' || typeof stream !== 'string' || !isCount(v, 1)) return undefined;
  if (!isObject(data) || !isBytes(nonce, 16)) return undefined;
  return { type, v, stream, data, nonce };
}

/** The commit header in a payload, or undefined if it is none. */
export function decodeCommitHeader(payload: Buffer): CommitHeader | undefined {
  const value = unpack(payload);
  if (!isObject(value)) return undefined;
  const { at, wall, replica, seq, count, actor, source } = value;
  if (!isTime(at) || !isMoment(wall) || !isBytes(replica, 16)) return undefined;
  if (!isCount(seq, 1) || !isCount(count, 1)) return undefined;
  if (!isActor(actor) || !SOURCES.includes(source as Source)) return undefined;
  const optional = decodeOptional(value);
  return (
    optional && {
      at: { ms: at[0], counter: at[1] },
      wall,
      replica: Buffer.from(replica).toString('hex'),
      seq,
      count,
      actor,
      source: source as Source,
      ...optional,
    }
  );
}

/** The last moment that a date can express, ms. */
const TIME_MS_MAX = 8.64e15;
const COUNTER_MAX = 0xffff_ffff;

const isMoment = (value: unknown): value is number => isCount(value) && value <= TIME_MS_MAX;

const isTime = (value: unknown): value is [number, number] =>
  Array.isArray(value) && isMoment(value[0]) && isCount(value[1]) && value[1] <= COUNTER_MAX;

function isActor(value: unknown): value is Actor {
  if (!isObject(value) || !ACTOR_KINDS.includes(value.kind as Actor['kind'])) return false;
  const labels = [value.tool, value.name, value.session];
  return labels.every((label) => label === undefined || typeof label === 'string');
}

type OptionalParts = Pick<CommitHeader, 'cause' | 'batch' | 'derivedFrom' | 'seen'>;

/** The parts that may be absent; undefined when one is there and is not what it should be. */
function decodeOptional(value: Record<string, unknown>): OptionalParts | undefined {
  const parts = [
    decodePart('cause', value.cause, (part) => (isBytes(part, 32) ? part : undefined)),
    decodePart('batch', value.batch, (part) => (isBytes(part, 16) ? part : undefined)),
    decodePart('derivedFrom', value.derivedFrom, decodeReferences),
    decodePart('seen', value.seen, decodeVector),
  ];
  if (parts.includes(undefined)) return undefined;
  return Object.assign({}, ...parts) as OptionalParts;
}

/** `{}` for an absent part, undefined for a wrong one. */
function decodePart(
  name: string,
  value: unknown,
  decode: (value: unknown) => unknown,
): Record<string, unknown> | undefined {
  if (value === undefined) return {};
  const decoded = decode(value);
  return decoded === undefined ? undefined : { [name]: decoded };
}

function decodeReferences(value: unknown): EventReference[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const references: EventReference[] = [];
  for (const item of value as unknown[]) {
    if (!Array.isArray(item)) return undefined;
    const [replica, seq, digest] = item as unknown[];
    if (!isBytes(replica, 16) || !isCount(seq, 1) || !isBytes(digest, 8)) return undefined;
    references.push(decodeReference([replica, seq, digest]));
  }
  return references;
}

function decodeVector(value: unknown): VersionVector | undefined {
  if (!Array.isArray(value)) return undefined;
  const vector: Record<string, number> = {};
  for (const item of value as unknown[]) {
    if (!Array.isArray(item)) return undefined;
    const [replica, seq] = item as unknown[];
    if (!isBytes(replica, 16) || !isCount(seq)) return undefined;
    vector[Buffer.from(replica).toString('hex')] = seq;
  }
  return vector;
}
