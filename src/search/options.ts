/** From what a caller asks to a request that can be answered, or the reason why it cannot. */
import { AltError } from '../../events/index.js';
import type { Place } from '../../projections/index.js';
import { filterName, matchesNothing } from '../names.js';
import { checkInteger } from '../values.js';
import {
  CANDIDATE_STRATEGIES,
  MODES,
  type CandidateStrategy,
  type Mode,
  type SearchRequest,
} from './request.js';

const QUESTION_CHARACTERS_MAX = 10_000;
const LIMIT_MAX = 1_000;
/** Of a cosine distance. */
const DISTANCE_MAX = 2;

export interface SearchOptions {
  /** At most this many results, up to 1,000; 10 when absent, none for 0 or less. */
  readonly limit?: number | undefined;
  /** The same under the name of the older Python library; `limit` wins. */
  readonly nResults?: number | undefined;
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
  /** `hybrid` when absent. */
  readonly mode?: string | undefined;
  /** Adds every number a rank came from. */
  readonly explain?: boolean | undefined;
  /** Only hits with a vector at most this far from the question's, 0–2; 0 (absent) for any. */
  readonly maxDistance?: number | undefined;
  /** What hybrid mode chooses from: `vector`, or `union` (absent) with what shares rare words. */
  readonly candidateStrategy?: string | undefined;
  /** Goes by words only. */
  readonly vectorDisabled?: boolean | undefined;
  /** How long to embed pending memories first; 1,500 ms when absent, 0 for not at all. */
  readonly pendingBudgetMs?: number | undefined;
}

export interface Filters {
  readonly realm: string | null;
  readonly domain: string | null;
}

export interface CheckedSearch {
  readonly mode: Mode;
  readonly filters: Filters;
  /** Undefined when nothing can be found, whatever there is. */
  readonly request: SearchRequest | undefined;
}

/** @throws {AltError} INVALID_ARGUMENT, TOO_LARGE */
export function checkSearch(question: string, options: SearchOptions): CheckedSearch {
  const strategy = checkStrategy(options.candidateStrategy);
  const mode = checkMode(options.mode);
  const limit = checkLimit(options.limit ?? options.nResults);
  const maxDistance = checkDistance(options.maxDistance);
  checkQuestion(question);
  const place = checkPlace(options);
  const filters = filtersOf(place ?? options);
  if (!place || limit === 0 || question.trim() === '') return { mode, filters, request: undefined };
  const wellFormed = question.toWellFormed();
  return {
    mode,
    filters,
    request: { question: wellFormed, mode, limit, place, strategy, maxDistance },
  };
}

function checkStrategy(strategy = 'union'): CandidateStrategy {
  const known = CANDIDATE_STRATEGIES.find((candidate) => candidate === strategy);
  if (known) return known;
  throw new AltError('INVALID_ARGUMENT', `Unknown candidate strategy '${strategy}'.`, {
    hint: `The candidate strategies are ${CANDIDATE_STRATEGIES.join(' and ')}.`,
  });
}

function checkMode(mode = 'hybrid'): Mode {
  const known = MODES.find((candidate) => candidate === mode);
  if (known) return known;
  throw new AltError('INVALID_ARGUMENT', `Unknown mode '${mode}'.`, {
    hint: `The modes are ${MODES.join(', ')}.`,
  });
}

function checkLimit(limit = 10): number {
  if (Number.isSafeInteger(limit) && limit < 0) return 0;
  return checkInteger(limit, { what: 'limit', min: 0, max: LIMIT_MAX });
}

function checkDistance(distance = 0): number {
  if (typeof distance === 'number' && distance >= 0 && distance <= DISTANCE_MAX) return distance;
  throw new AltError('INVALID_ARGUMENT', 'The maximum distance must be a number from 0 to 2.', {
    hint: '0 means any distance.',
  });
}

function checkQuestion(question: unknown): void {
  if (typeof question !== 'string') {
    throw new AltError('INVALID_ARGUMENT', 'The question must be a text.');
  }
  if (question.length > QUESTION_CHARACTERS_MAX) {
    throw new AltError('TOO_LARGE', 'The question has more than 10,000 characters.');
  }
}

/** The filters as names; undefined when one of them can match nothing. */
function checkPlace(options: SearchOptions): Place | undefined {
  const realm = filterName(options.realm);
  const domain = filterName(options.domain);
  return matchesNothing(realm) || matchesNothing(domain) ? undefined : { realm, domain };
}

const filtersOf = ({ realm, domain }: Place): Filters => {
  return { realm: realm ?? null, domain: domain ?? null };
};
