/** Streams to which more than one machine wrote: only there can changes have met. */
import type { Db } from './database.js';

/** By name; only such as begin with one of the kinds. */
export function sharedStreams(db: Db, kinds: readonly string[]): string[] {
  // The index of streams ends with the writer: the table itself is not read.
  const rows = db.all<{ stream: string }>(
    `SELECT stream FROM events WHERE stream IS NOT NULL
     GROUP BY stream HAVING min(writer) < max(writer) ORDER BY stream`,
  );
  const wanted = new Set(kinds);
  return rows
    .map(({ stream }) => stream)
    .filter((stream) => wanted.has(stream.slice(0, stream.indexOf(':'))));
}
