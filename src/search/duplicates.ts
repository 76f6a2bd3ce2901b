/** Does a memory already say this? Equal text first, then the nearest by meaning. */
import { AltError, isAltError } from '../../events/index.js';
import {
  contentHash,
  cutPassages,
  entitiesByNum,
  entityByContent,
  passagesOfOwners,
  type Db,
} from '../../projections/index.js';
import type { Embedding } from '../embedding.js';
import type { Space } from '../embedding-space.js';
import { groupBy } from '../group-by.js';
import type { Session } from '../session.js';
import { checkContent } from '../values.js';

const MATCHES_MAX = 5;
const PREVIEW_CHARACTERS = 200;
const NEIGHBOURS = 50;
/** Passages of the new text that are compared; a longer text is judged by its beginning. */
const PASSAGES_MAX = 32;

export interface DuplicateMatch {
  readonly id: string;
  readonly realm: string;
  readonly domain: string;
  /** 0–1: mean over the new text's passages of their best match in that memory. */
  readonly similarity: number;
  /** The very same text. */
  readonly exact: boolean;
  readonly text: string;
  readonly preview: string;
}

export interface Duplicate {
  readonly duplicate: boolean;
  readonly threshold: number;
  /** Best first, at most 5. */
  readonly matches: DuplicateMatch[];
  readonly warnings: string[];
}

/** @throws {AltError} INVALID_ARGUMENT for blank content or a threshold outside 0–1. */
export async function checkDuplicate(
  context: { readonly session: Session; readonly embedding: Embedding },
  content: string,
  threshold: number,
): Promise<Duplicate> {
  const text = checkContent(content);
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new AltError('INVALID_ARGUMENT', 'threshold must be a number from 0 to 1.');
  }
  const { session, embedding } = context;
  const same = await session.store.read((db) => entityByContent(db, contentHash(text)));
  if (same) {
    return answer(threshold, [toMatch(same, { similarity: 1, exact: true })], []);
  }
  try {
    const matches = await embedding.healing(() => nearest(context, text, threshold));
    return answer(threshold, matches, []);
  } catch (error) {
    if (!isAltError(error, 'UNAVAILABLE') && !isAltError(error, 'EMBEDDING_FAILED')) throw error;
    return answer(threshold, [], [`Only equal text was looked for: ${error.message}`]);
  }
}

const answer = (threshold: number, matches: DuplicateMatch[], warnings: string[]): Duplicate => {
  return { duplicate: matches.length > 0, threshold, matches, warnings };
};

async function nearest(
  { session, embedding }: { readonly session: Session; readonly embedding: Embedding },
  text: string,
  threshold: number,
): Promise<DuplicateMatch[]> {
  await embedding.drain({ budgetMs: 1_500 });
  const space = await embedding.space();
  const passages = cutPassages(text).slice(0, PASSAGES_MAX);
  const { vectors, empty } = await space.embedder.embedDocuments(
    passages.map(({ start, end }) => text.slice(start, end)),
  );
  const queries = passages
    .map((_, at) => vectors.slice(at * 384, (at + 1) * 384))
    .filter((_, at) => empty[at] !== true);
  if (queries.length === 0) return [];
  return session.store.read((db, { generation }) => {
    space.index.refresh(db, generation);
    return rank(db, space, { queries, threshold });
  });
}

function rank(
  db: Db,
  space: Space,
  wanted: { readonly queries: readonly Float32Array[]; readonly threshold: number },
): DuplicateMatch[] {
  const labels = wanted.queries.flatMap((query) => {
    return space.index.search(db, query, { count: NEIGHBOURS, place: {} }).map((hit) => hit.label);
  });
  const sums = new Map<number, number>();
  const owned = groupBy(passagesOfOwners(db, [...new Set(labels)]), (row) => row.entity);
  for (const [entity, rows] of owned) {
    const best = wanted.queries.map((query) => {
      return Math.max(...rows.map(({ label }) => space.index.cosine(query, label) ?? 0));
    });
    sums.set(entity, best.reduce((sum, cosine) => sum + cosine, 0) / wanted.queries.length);
  }
  const similar = [...sums].filter(([, similarity]) => similarity >= wanted.threshold);
  similar.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const chosen = similar.slice(0, MATCHES_MAX);
  const rows = new Map(
    entitiesByNum(
      db,
      chosen.map(([num]) => num),
    ).map((row) => [row.num, row]),
  );
  return chosen.flatMap(([num, similarity]) => {
    const row = rows.get(num);
    const clamped = Math.min(1, Math.max(0, similarity));
    return row ? [toMatch(row, { similarity: clamped, exact: false })] : [];
  });
}

function toMatch(
  row: { id: string; realm: string; domain: string; content: string },
  found: { readonly similarity: number; readonly exact: boolean },
): DuplicateMatch {
  const { id, realm, domain, content } = row;
  const preview = content.slice(0, PREVIEW_CHARACTERS).toWellFormed();
  return { id, realm, domain, ...found, text: content, preview };
}
