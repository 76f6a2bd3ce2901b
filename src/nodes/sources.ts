/** Which memories make up a source whose cross-references are kept, and in what order. */
import {
  entitiesOfSource,
  sourcesOfFile,
  type Db,
  type EntityRow,
} from '../../projections/index.js';
import { groupBy } from '../group-by.js';
import { streamIn, type Session } from '../session.js';
import type { SourcePart } from './build.js';

/** A part of a source, and where it is filed. */
export interface FiledPart extends SourcePart {
  readonly realm: string;
  readonly domain: string;
  /** The day it is about, YYYY-MM-DD. */
  readonly date?: string | undefined;
}

/** The parts of one source that belong together. */
export interface SourceGroup {
  readonly stream: string;
  readonly sourceFile: string;
  /** In the order of the source. */
  readonly parts: readonly FiledPart[];
  /** Whether it was mined; else memories that were filed one by one name it as their source. */
  readonly isMined: boolean;
}

/**
 * What is kept of a source file. What was mined of it is one group for each time that it was mined
 * in another way; what was filed by hand is one group for each realm.
 *
 * `changes` says how memories will be after a change that is being decided, by id: undefined for
 * what will be gone.
 */
export function sourceGroups(
  session: Session,
  from: {
    readonly db: Db;
    readonly sourceFile: string;
    readonly changes?: ReadonlyMap<string, EntityRow | undefined> | undefined;
  },
): SourceGroup[] {
  const { sourceFile } = from;
  const rows = rowsOf(from);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const mined = sourcesOfFile(from.db, sourceFile).map(({ stream, layout }): SourceGroup => {
    const own = layout.flatMap(([id]) => byId.get(id) ?? []);
    for (const { id } of own) byId.delete(id);
    return { stream, sourceFile, parts: own.map(toPart), isMined: true };
  });
  const filed = [...groupBy(byId.values(), ({ realm }) => realm)].map(([realm, own]) => {
    const stream = streamIn(session, 'source', realm, sourceFile, 'filed');
    return { stream, sourceFile, parts: inOrder(own).map(toPart), isMined: false };
  });
  return [...mined, ...filed];
}

function rowsOf({
  db,
  sourceFile,
  changes = new Map<string, EntityRow>(),
}: Parameters<typeof sourceGroups>[1]): EntityRow[] {
  const rows = entitiesOfSource(db, sourceFile);
  const known = new Set(rows.map(({ id }) => id));
  const changed = rows.flatMap((row) => (changes.has(row.id) ? (changes.get(row.id) ?? []) : row));
  const back = [...changes.values()].filter((row): row is EntityRow => {
    return row?.sourceFile === sourceFile && !known.has(row.id);
  });
  return [...changed, ...back];
}

/** By their place in the source where they say it, else as they were filed. */
function inOrder(rows: readonly EntityRow[]): EntityRow[] {
  const indexOf = (row: EntityRow): number => {
    const { chunk_index: index } = JSON.parse(row.metadata) as Record<string, unknown>;
    return typeof index === 'number' ? index : Infinity;
  };
  const indexed = rows.map((row) => ({ row, index: indexOf(row) }));
  indexed.sort((a, b) => (a.index === b.index ? 0 : a.index - b.index));
  return indexed.map(({ row }) => row);
}

export function toPart({ id, content, realm, domain, metadata, createdMs }: EntityRow): FiledPart {
  const said = JSON.parse(metadata) as Record<string, unknown>;
  const { line_start: start, line_end: end, content_date: day } = said;
  const isDay = typeof day === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(day);
  const hasLines = Number.isInteger(start) && Number.isInteger(end);
  return {
    id,
    content,
    realm,
    domain,
    date: isDay ? day : filedOn(createdMs),
    lines: hasLines ? { start: Number(start), end: Number(end) } : undefined,
  };
}

/** Undefined for a time that no four digits of a year can say. */
function filedOn(createdMs: number): string | undefined {
  const [, day] = /^(\d{4}-\d{2}-\d{2})T/.exec(new Date(createdMs).toISOString()) ?? [];
  return day;
}
