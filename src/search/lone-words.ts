/**
 * Words that the ranking index cannot look up: it keeps Chinese, Japanese or Thai as overlapping
 * pairs of characters, and Korean words with their endings, so that one character, or a Korean
 * word without its ending, is no term of it. The keyword index has every such character by itself.
 */
import {
  countEntities,
  entitiesByNum,
  entitiesMatching,
  standsAlone,
  type Db,
  type Place,
} from '../../projections/index.js';
import { groupBy } from '../group-by.js';
import { ftsQueryParts } from './fts-query.js';
import { idf } from './rank.js';

export interface QueryTerm {
  readonly term: string;
  readonly hash: number;
  readonly frequency: number;
  readonly idf: number;
}

export interface LoneWords {
  /** The terms, weighed by the index that holds them. */
  readonly terms: readonly QueryTerm[];
  /** BM25 of the passages found, by label. */
  readonly bm25: ReadonlyMap<number, number>;
}

const standsAlonePerCharacter = (term: string): boolean =>
  [...term].every((character) => standsAlone(character.codePointAt(0) ?? 0));

/** Asks the keyword index, but only where the ranking index holds no term of the question. */
export function askLoneWords(
  db: Db,
  terms: readonly QueryTerm[],
  request: { readonly place: Place; readonly limit: number },
): LoneWords {
  const isKnown = terms.some(({ frequency }) => frequency > 0);
  const lone = isKnown ? [] : terms.filter(({ term }) => standsAlonePerCharacter(term));
  if (lone.length === 0) return { terms, bm25: new Map() };
  const memories = countEntities(db);
  const weighed = terms.map((term) => {
    if (!lone.includes(term)) return term;
    const frequency = countMatching(db, phrase(term));
    return { ...term, frequency, idf: idf(memories, frequency) };
  });
  return { terms: weighed, bm25: passagesWith(db, lone, request) };
}

const phrase = ({ term }: QueryTerm): string => ftsQueryParts(term).join(' AND ');

function countMatching(db: Db, match: string): number {
  const sql = 'SELECT count(*) AS count FROM keywords WHERE keywords MATCH ?';
  return db.get<{ count: number }>(sql, match)?.count ?? 0;
}

/** The passages in which one of the words stands, with the score of their memory. */
function passagesWith(
  db: Db,
  words: readonly QueryTerm[],
  request: { readonly place: Place; readonly limit: number },
): Map<number, number> {
  const matches = entitiesMatching(db, words.map(phrase).join(' OR '), request);
  const nums = matches.map(({ entity }) => entity);
  const contents = new Map(entitiesByNum(db, nums).map(({ num, content }) => [num, content]));
  const passages = groupBy(passagesIn(db, nums), ({ entity }) => entity);
  const found = new Map<number, number>();
  for (const { entity, bm25 } of matches) {
    const own = passages.get(entity) ?? [];
    const content = contents.get(entity) ?? '';
    const holding = own.filter(({ start, end }) => {
      const text = content.slice(start, end).normalize('NFC');
      return words.some(({ term }) => text.includes(term));
    });
    for (const { label } of holding.length > 0 ? holding : own.slice(0, 1)) found.set(label, bm25);
  }
  return found;
}

interface Span {
  readonly label: number;
  readonly entity: number;
  readonly start: number;
  readonly end: number;
}

function passagesIn(db: Db, entities: readonly number[]): Span[] {
  return db.all<Span>(
    `SELECT label, entity, start, end FROM passages
     WHERE entity IN (SELECT value FROM json_each(?)) ORDER BY entity, ordinal`,
    JSON.stringify(entities),
  );
}
