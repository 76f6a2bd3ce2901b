/** What a search for memories that say the same asks of the views. */
import type { Db } from './database.js';
import { placeCondition, type Place } from './entity-queries.js';

export interface SourceMember {
  readonly id: string;
  readonly stream: string;
  readonly contentHash: Buffer;
  /** Hashes of its passages' texts, by which their vectors are found. */
  readonly passages: readonly Buffer[];
}

/** The living memories of one source file, oldest first. */
export function membersOfSource(db: Db, sourceFile: string, place: Place): SourceMember[] {
  const { where, values } = placeCondition(place);
  const rows = db.all<{ num: number; id: string; stream: string; contentHash: Buffer }>(
    `SELECT num, id, stream, content_hash AS contentHash FROM entities INDEXED BY entities_source
     WHERE living = 1 AND source_file = ? AND source_file <> '' ${where}
     ORDER BY created_ms, added, stream`,
    sourceFile,
    ...values,
  );
  return rows.map(({ num, ...row }) => {
    const sql = 'SELECT text_hash FROM passages WHERE entity = ? ORDER BY ordinal';
    const passages = db.all<{ text_hash: Buffer }>(sql, num).map(({ text_hash }) => text_hash);
    return { ...row, passages };
  });
}
