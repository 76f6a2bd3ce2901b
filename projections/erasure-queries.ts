/** What is asked of the views before and after something is erased. */
import type { Db } from './database.js';

/** Streams whose events say that they were made from others, each with the digests it names. */
export function derivedStreams(db: Db): { stream: string; from: string[] }[] {
  const rows = db.all<{ stream: string; derivedFrom: string }>(
    `SELECT DISTINCT stream, derived_from AS derivedFrom FROM commits
     JOIN events ON events.writer = commits.writer AND commit_seq = commits.seq
     WHERE derived_from IS NOT NULL AND stream IS NOT NULL ORDER BY stream`,
  );
  return rows.map(({ stream, derivedFrom }) => {
    const references = JSON.parse(derivedFrom) as string[];
    return { stream, from: references.map((reference) => reference.split(':')[2] ?? '') };
  });
}

/** Every stream of which something was erased. */
export function streamsWithErasures(db: Db): string[] {
  // The list of three is the condition of the index, without which every event would be read.
  const rows = db.all<{ stream: string }>(
    `SELECT DISTINCT stream FROM events
     WHERE type IN ('Undone', 'Redone', 'Erased') AND type = 'Erased' AND stream IS NOT NULL`,
  );
  return rows.map(({ stream }) => stream);
}

/** The names, in the embedding cache, of all texts that a living memory says. */
export function livingTextHashes(db: Db): Iterable<{ readonly hash: Buffer }> {
  return db.iterate<{ hash: Buffer }>('SELECT DISTINCT text_hash AS hash FROM passages');
}

/** The replicas that are held, with when each last wrote, ms. */
export function writersSeen(db: Db): { readonly replica: string; readonly lastMs: number }[] {
  return db.all<{ replica: string; lastMs: number }>(
    `SELECT replica, max(wall) AS lastMs FROM commits JOIN writers USING (writer)
     GROUP BY replica ORDER BY replica`,
  );
}
