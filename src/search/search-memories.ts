/** The whole pipeline as programs ask it: what was searched, how, and hits of one shape. */
import { checkSearch, type SearchOptions } from './options.js';
import { sanitizeQuery, sanitizing, type Sanitizing } from './sanitize-query.js';
import type { SearchResult } from './search.js';
import type { SearchAnswer, Searcher } from './searcher.js';

export interface SearchMemoriesOptions extends Omit<SearchOptions, 'mode'> {
  /** Looks for the question in a query that a whole prompt was put in front of. */
  readonly sanitize?: boolean | undefined;
}

/** One memory that was found; its text is in `text`. */
export type MemoryHit = Omit<SearchResult, 'content'>;

export interface MemoriesFound extends Omit<SearchAnswer, 'results'> {
  /** Best first. */
  readonly results: MemoryHit[];
  /** True when less was searched for than was given, see `sanitizer`. */
  readonly query_sanitized?: true;
  readonly sanitizer?: Sanitizing;
}

/** 5 results of those near by meaning, unless the options say otherwise. */
export async function searchMemories(
  searcher: Searcher,
  query: string,
  { sanitize, ...given }: SearchMemoriesOptions,
): Promise<MemoriesFound> {
  const { candidateStrategy = 'vector', nResults = 5, limit = nResults } = given;
  const options = { ...given, candidateStrategy, limit, mode: 'hybrid' };
  checkSearch(query, options);
  const clean = sanitize === true ? sanitizeQuery(query) : undefined;
  const answer = await searcher.search(clean?.cleanQuery ?? query, options);
  return {
    ...answer,
    results: answer.results.map(({ content: _, ...hit }) => hit),
    ...(clean?.wasSanitized === true && { query_sanitized: true, sanitizer: sanitizing(clean) }),
  };
}
