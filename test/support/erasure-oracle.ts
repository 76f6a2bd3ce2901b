/**
 * What erasure must do, worked out from what was written and not from any view: an event is erased
 * when an Erased names its digest, or erases its whole stream without its writer having known.
 */
import type { EventDataOf } from '../../events/index.js';
import type { EventToWrite, Machine, WrittenEvent } from './replicas.js';

interface Erasure extends WrittenEvent {
  readonly data: EventDataOf<'Erased'>;
}

/** Valid ones: odd ones, as the tests write them, name no list of digests. */
function isErasure({ event: { type, data } }: WrittenEvent): boolean {
  return type === 'Erased' && 'digests' in data && Array.isArray(data.digests);
}

/** A valid fork holds no content, and erasures are judged by it: it is never erased either. */
function isFork({ event }: WrittenEvent): boolean {
  const { type, stream, data } = event;
  return (
    type === 'ReplicaForked' && isEvent(event) && stream.startsWith('replica:') && 'old' in data
  );
}

/** What a newer release may judge erasures by is spared too. */
function isOfNewerRelease({ event }: WrittenEvent): boolean {
  const isJudgedBy = event.type === 'Erased' || event.type === 'ReplicaForked';
  return isJudgedBy && 'v' in event && event.v > 1;
}

/** A frame of version 0 is no event. */
const isEvent = (event: EventToWrite): boolean => !('v' in event) || event.v >= 1;

function knew(writer: WrittenEvent, of: Pick<WrittenEvent, 'replica' | 'seq'>): boolean {
  if (writer.replica === of.replica) return writer.seq > of.seq;
  return (writer.knew[of.replica] ?? 0) >= of.seq;
}

function covers(erasure: Erasure, written: WrittenEvent): boolean {
  if (erasure.data.digests.some((digest) => written.digest.equals(digest))) return true;
  if (!erasure.data.whole_stream || !isOf(erasure.event.stream, written)) return false;
  return !knew(written, erasure);
}

/** A frame that holds no event belongs to no stream. */
const isOf = (stream: string, { event }: WrittenEvent): boolean =>
  event.stream === stream && isEvent(event);

export interface Fates {
  readonly erased: readonly WrittenEvent[];
  readonly kept: readonly WrittenEvent[];
}

/** What must have become of everything that the machines wrote, once all of it is everywhere. */
export function fates(machines: readonly Machine[]): Fates {
  const all = machines.flatMap((machine) => machine.written);
  const erasures = all.filter(isErasure).map((written) => {
    return { ...written, data: written.event.data as EventDataOf<'Erased'> };
  });
  const isCovered = (written: WrittenEvent): boolean => {
    if (isErasure(written) || isFork(written) || isOfNewerRelease(written)) return false;
    return erasures.some((erasure) => covers(erasure, written));
  };
  const kept = all.filter((written) => !isCovered(written));
  // The same bytes may stand in a replica twice; one of the two being kept, both look readable.
  const readable = new Set(kept.map(({ replica, nonce }) => replica + nonce.toString('hex')));
  const erased = all.filter(({ replica, nonce }) => !readable.has(replica + nonce.toString('hex')));
  return { erased, kept };
}

/** Those of `written` whose payload stands in some file of the machine, as `replica:seq`. */
export function readableOn(machine: Machine, written: readonly WrittenEvent[]): string[] {
  const bytes = new Map<string, Buffer>();
  const found = written.filter(({ replica, nonce }) => {
    const held = bytes.get(replica) ?? machine.bytesOf(replica);
    bytes.set(replica, held);
    return held.includes(nonce);
  });
  return found.map(({ replica, seq }) => `${replica}:${String(seq)}`);
}
