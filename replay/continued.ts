/** Where a log that was left for another id goes on. */
import { createHash } from 'node:crypto';
import type { EncodedEvent, Log, SalvagedCommit, StoredEvent } from '../events/index.js';

/**
 * A replica under which all of those commits already go on: an earlier repair got that far. Another
 * machine's that goes on from the same commit may hold less, and nothing may be left for it.
 */
export function findFork(
  log: Log,
  old: string,
  commits: readonly SalvagedCommit[],
): string | undefined {
  const lost = commits[0]?.digest;
  const wanted = commits.flatMap(({ events }) => events.map(digestOf));
  return log.replicas().find((replica) => {
    if (replica === old) return false;
    const events = eventsIn(log, replica);
    if (!events.some((event) => goesOnFrom(event, old, lost))) return false;
    const held = new Set(events.map(({ digest }) => digest.toString('hex')));
    return wanted.every((digest) => held.has(digest));
  });
}

function eventsIn(log: Log, replica: string): StoredEvent[] {
  const events: StoredEvent[] = [];
  const reader = log.read(replica);
  for (let commit = reader.next(); commit; commit = reader.next()) events.push(...commit.events);
  return events;
}

function goesOnFrom({ payload }: StoredEvent, old: string, lost: Buffer | undefined): boolean {
  if (payload?.type !== 'ReplicaForked') return false;
  const data = payload.data as { readonly old?: string; readonly lost?: Uint8Array };
  return data.old === old && data.lost !== undefined && lost?.equals(data.lost) === true;
}

const digestOf = ({ payload, digest }: EncodedEvent): string =>
  digest?.toString('hex') ?? createHash('sha256').update(payload).digest('hex');
