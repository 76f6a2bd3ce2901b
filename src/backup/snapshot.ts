/**
 * Reading everything there is, page by page, as it was at one moment: a connection of its own holds
 * that state while the dimension goes on, so that nothing is skipped or met twice.
 */
import {
  Db,
  entitiesByNum,
  entityNums,
  type EntityRow,
  type Place,
} from '../../projections/index.js';
import type { Session } from '../session.js';

const ROWS_PER_PAGE = 500;

export interface SnapshotRequest {
  readonly place: Place;
  /** Oldest first, or by realm and domain and then so. */
  readonly order: 'age' | 'place';
}

/** Rows of living memories, a page at a time: what lies behind is not kept in memory. */
export async function* snapshotRows(
  session: Session,
  { place, order }: SnapshotRequest,
): AsyncGenerator<readonly EntityRow[]> {
  const db = await openLiveViews(session);
  try {
    db.exec('BEGIN');
    const nums = entityNums(db, place, order);
    for (let at = 0; at < nums.length; at += ROWS_PER_PAGE) {
      yield rowsOf(db, nums.slice(at, at + ROWS_PER_PAGE));
    }
  } finally {
    db.close();
  }
}

/** In the order of the numbers. */
function rowsOf(db: Db, nums: readonly number[]): EntityRow[] {
  const rows = new Map(entitiesByNum(db, nums).map((row) => [row.num, row]));
  return nums.flatMap((num) => rows.get(num) ?? []);
}

/** Another connection to the views that are live now, caught up with the log. */
async function openLiveViews(session: Session): Promise<Db> {
  for (let attempt = 0; ; attempt += 1) {
    const path = await session.store.read((db) => {
      return db.get<{ file: string }>('PRAGMA database_list')?.file ?? '';
    });
    try {
      return new Db(path, { readonly: true });
    } catch (error) {
      // A rebuild may have put others in their place between the two looks.
      if (attempt === 2) throw error;
    }
  }
}
