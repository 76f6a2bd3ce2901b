/** Does a memory already say this? Equal text first, then the nearest by meaning. */
import { AltError, isAltError } from '../../events/index.js';
import {
  contentHash,
  cutPassages,
  entitiesByNum,
  entityByContent,
  passagesOfOwners,
  type Db,
  type EntityRow,
  type Place,
} from '../../projections/index.js';
import type { Embedding } from '../vectors/embedding.js';
import type { VectorSearch } from '../vectors/backend.js';
import { toEntity } from '../entity.js';
import { groupBy } from '../group-by.js';
import { filterName, matchesNothing } from '../names.js';
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
  readonly metadata: Readonly<Record<string, unknown>>;
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
  /** Set when only equal text could be looked for. */
  readonly vector_disabled?: true;
  readonly warnings: string[];
}

export interface DuplicateOptions {
  /** Similarity from which it counts, 0–1. */
  readonly threshold: number;
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
}

interface Context {
  readonly session: Session;
  readonly embedding: Embedding;
}

/** @throws {AltError} INVALID_ARGUMENT for blank content or a threshold outside 0–1. */
export async function checkDuplicate(
  context: Context,
  content: string,
  { threshold, ...within }: DuplicateOptions,
): Promise<Duplicate> {
  const text = checkContent(content);
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new AltError('INVALID_ARGUMENT', 'threshold must be a number from 0 to 1.');
  }
  const realm = filterName(within.realm);
  const domain = filterName(within.domain);
  if (matchesNothing(realm) || matchesNothing(domain)) return answer(threshold, [], []);
  const { session, embedding } = context;
  const place = { realm, domain };
  const same = await session.store.read((db) => entityByContent(db, contentHash(text), place));
  if (same) {
    return answer(threshold, [toMatch(same, { similarity: 1, exact: true })], []);
  }
  try {
    const wanted = { text, threshold, place };
    const matches = await embedding.healing(() => nearest(context, wanted));
    return matches ? answer(threshold, matches, []) : onlyEqual(threshold, UNKNOWN_TEXT);
  } catch (error) {
    if (!isAltError(error, 'UNAVAILABLE') && !isAltError(error, 'EMBEDDING_FAILED')) throw error;
    return onlyEqual(threshold, error.message);
  }
}

const UNKNOWN_TEXT = 'it holds nothing that the embedder knows.';

const onlyEqual = (threshold: number, why: string): Duplicate => {
  const warnings = [`Only equal text was looked for: ${why}`];
  return { ...answer(threshold, [], warnings), vector_disabled: true };
};

const answer = (threshold: number, matches: DuplicateMatch[], warnings: string[]): Duplicate => {
  return { duplicate: matches.length > 0, threshold, matches, warnings };
};

interface Wanted {
  readonly text: string;
  readonly threshold: number;
  readonly place: Place;
}

/** Undefined when the text has no vector. */
async function nearest(
  { session, embedding }: Context,
  { text, threshold, place }: Wanted,
): Promise<DuplicateMatch[] | undefined> {
  await embedding.drain({ budgetMs: 1_500 });
  const space = await embedding.space();
  const passages = cutPassages(text).slice(0, PASSAGES_MAX);
  const { vectors, empty } = await space.embedder.embedDocuments(
    passages.map(({ start, end }) => text.slice(start, end)),
  );
  const queries = passages
    .map((_, at) => vectors.slice(at * 384, (at + 1) * 384))
    .filter((_, at) => empty[at] !== true);
  if (queries.length === 0) return undefined;
  const request = { count: NEIGHBOURS, place };
  const searches = await Promise.all(queries.map((query) => space.backend.ask(query, request)));
  return session.store.read((db, { generation }) => {
    return rank({ db, generation }, { searches, threshold });
  });
}

function rank(
  { db, generation }: { readonly db: Db; readonly generation: string },
  wanted: { readonly searches: readonly VectorSearch[]; readonly threshold: number },
): DuplicateMatch[] {
  const labels = wanted.searches.flatMap((search) => {
    return search.nearest(db, generation).map(({ label }) => label);
  });
  const sums = new Map<number, number>();
  const rows = passagesOfOwners(db, [...new Set(labels)]);
  const all = rows.map(({ label }) => label);
  const cosines = wanted.searches.map((search) => search.cosines(db, all));
  const owned = groupBy(rows.keys(), (at) => rows[at]?.entity ?? 0);
  for (const [entity, places] of owned) {
    const best = cosines.map((ofSearch) => Math.max(...places.map((at) => ofSearch[at] ?? 0)));
    sums.set(entity, best.reduce((sum, cosine) => sum + cosine, 0) / wanted.searches.length);
  }
  const similar = [...sums].filter(([, similarity]) => similarity >= wanted.threshold);
  similar.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const chosen = similar.slice(0, MATCHES_MAX);
  const entities = new Map(
    entitiesByNum(
      db,
      chosen.map(([num]) => num),
    ).map((row) => [row.num, row]),
  );
  return chosen.flatMap(([num, similarity]) => {
    const row = entities.get(num);
    const clamped = Math.min(1, Math.max(0, similarity));
    return row ? [toMatch(row, { similarity: clamped, exact: false })] : [];
  });
}

function toMatch(
  row: EntityRow,
  found: { readonly similarity: number; readonly exact: boolean },
): DuplicateMatch {
  const { id, realm, domain, metadata, content } = toEntity(row);
  const preview = content.slice(0, PREVIEW_CHARACTERS).toWellFormed();
  return { id, realm, domain, metadata, ...found, text: content, preview };
}
