/** What of erased texts still stands in files, and whether something that stays says it. */
import type { Db } from '../../projections/index.js';
import type { Session } from '../session.js';
import { searchBytes } from './byte-search.js';
import { probesOf } from './probes.js';
import { everyEvent, textsIn } from './scan.js';

export interface Remains {
  /** Files with bytes that nothing in the log says. */
  readonly found: readonly RemainsIn[];
  /** Ids, or streams, of what stays and says some of the same. */
  readonly said_by: readonly string[];
}

export interface RemainsIn {
  /** Relative to the dimension. */
  readonly file: string;
  /** How many different runs of bytes. */
  readonly runs: number;
}

/** More are not looked for in what stays: then they count as found. */
const EXPLAINED_MAX = 500;

/** Searches every file of the dimension. @throws {AltError} IO_FAILED, CANCELLED */
export async function findRemains(
  session: Session,
  texts: Iterable<string>,
  signal: AbortSignal | undefined,
): Promise<Remains> {
  const probes = probesOf(texts);
  const files = await searchBytes(session.store.folder, probes, signal);
  const hit = [...new Set(files.flatMap((file) => file.probes))].slice(0, EXPLAINED_MAX);
  const named = new Map(hit.map((index) => [index, probes[index]?.toString('utf8') ?? '']));
  const sayers = await session.store.read((db) => sayersOf(session, db, named));
  const found = files.flatMap(({ file, probes: indexes }) => {
    const runs = indexes.filter((index) => !sayers.has(index)).length;
    return runs > 0 ? [{ file, runs }] : [];
  });
  return { found, said_by: [...new Set(sayers.values())].sort() };
}

/** By probe the first thing that says it. */
function sayersOf(
  session: Session,
  db: Db,
  probes: ReadonlyMap<number, string>,
): ReadonlyMap<number, string> {
  const sayers = new Map<number, string>();
  const open = new Map(probes);
  for (const { payload } of open.size === 0 ? [] : everyEvent(session, db)) {
    const { stream, data } = payload;
    const id = data.entity_id ?? data.fact_id ?? stream;
    for (const index of saidIn(data, open)) {
      sayers.set(index, typeof id === 'string' ? id : stream);
      open.delete(index);
    }
  }
  return sayers;
}

function saidIn(data: unknown, probes: ReadonlyMap<number, string>): number[] {
  const texts = [...textsIn(data)];
  return [...probes].flatMap(([index, probe]) => {
    return texts.some((text) => text.includes(probe)) ? [index] : [];
  });
}
