/** A question from outside: checked, embedded as far as time allows, answered with what to know. */
import { AltError, isAltError } from '../../events/index.js';
import type { Place } from '../../projections/index.js';
import type { Store } from '../../replay/index.js';
import type { Embedding } from '../embedding.js';
import { filterName, matchesNothing } from '../names.js';
import { checkInteger } from '../values.js';
import { KnownPassages } from './known-passages.js';
import { RankingStats } from './ranking-stats.js';
import { MODES, type Mode, type VectorHalf } from './request.js';
import { search, type SearchResult } from './search.js';

/** A search embeds pending memories itself for at most this long, then says how many are left. */
const PENDING_BUDGET_MS = 1_500;
const QUESTION_CHARACTERS_MAX = 10_000;
const LIMIT_MAX = 1_000;

export interface SearchOptions {
  /** At most this many results, 0–1,000; 10 when absent. */
  readonly limit?: number | undefined;
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
  /** `hybrid` when absent. */
  readonly mode?: string | undefined;
  /** Adds every number a rank came from. */
  readonly explain?: boolean | undefined;
  /** How long to embed pending memories first; 1,500 ms when absent, 0 for not at all. */
  readonly pendingBudgetMs?: number | undefined;
}

export interface SearchAnswer {
  readonly query: string;
  readonly mode: Mode;
  readonly filters: { readonly realm: string | null; readonly domain: string | null };
  readonly results: SearchResult[];
  /** Passages that have no vector yet and can only be found by their words. */
  readonly pending: number;
  /** Set when meaning could not be searched. */
  readonly fallback?: 'keyword_only';
  readonly warnings: string[];
}

export class Searcher {
  readonly #store: Store;
  readonly #embedding: Embedding;
  readonly #stats = new RankingStats();
  readonly #passages = new KnownPassages();

  constructor(store: Store, embedding: Embedding) {
    this.#store = store;
    this.#embedding = embedding;
  }

  /** @throws {AltError} INVALID_ARGUMENT, TOO_LARGE */
  async search(question: string, options: SearchOptions): Promise<SearchAnswer> {
    const mode = checkMode(options.mode);
    const limit = checkInteger(options.limit ?? 10, { what: 'limit', min: 0, max: LIMIT_MAX });
    if (typeof question !== 'string') {
      throw new AltError('INVALID_ARGUMENT', 'The question must be a text.');
    }
    if (question.length > QUESTION_CHARACTERS_MAX) {
      throw new AltError('TOO_LARGE', 'The question has more than 10,000 characters.');
    }
    const place = checkPlace(options);
    const filters = filtersOf(place ?? options);
    if (!place || limit === 0 || question.trim() === '') {
      return { query: question, mode, filters, results: [], pending: 0, warnings: [] };
    }
    const request = { question: question.toWellFormed(), mode, limit, place };
    return this.#embedding.healing(() => this.#answer(request, { options, filters }));
  }

  async #answer(
    request: Parameters<typeof search>[1],
    from: { readonly options: SearchOptions; readonly filters: SearchAnswer['filters'] },
  ): Promise<SearchAnswer> {
    const { question, mode } = request;
    const meaning = mode === 'keyword' ? NO_MEANING : await this.#meaning(question, from.options);
    const found = await this.#store.read((db, { generation }) => {
      const { vectors } = meaning;
      const known = { stats: this.#stats, passages: this.#passages };
      const context = { db, generation, vectors, ...known };
      return search(context, request);
    });
    const isFallback = mode !== 'keyword' && meaning.warning !== undefined;
    return {
      query: question,
      mode,
      filters: from.filters,
      results: from.options.explain === true ? found.results : found.results.map(withoutNumbers),
      pending: meaning.pending,
      ...(isFallback && { fallback: 'keyword_only' as const }),
      warnings: meaning.warning === undefined ? [] : [meaning.warning],
    };
  }

  /** The question's vector, after embedding what is pending; a warning where there is no model. */
  async #meaning(question: string, options: SearchOptions): Promise<Meaning> {
    try {
      const budgetMs = options.pendingBudgetMs ?? PENDING_BUDGET_MS;
      const pending =
        budgetMs > 0 ? await this.#embedding.drain({ budgetMs }) : await this.#embedding.pending();
      const { space, query } = await this.#embedding.query(question);
      return { pending, vectors: query && { space, query } };
    } catch (error) {
      const isModel = isAltError(error, 'UNAVAILABLE') || isAltError(error, 'EMBEDDING_FAILED');
      if (!isModel) throw error;
      return {
        pending: 0,
        vectors: undefined,
        warning: `Searched by words only: ${error.message}`,
      };
    }
  }
}

/** The filters as names; undefined when one of them can match nothing. */
function checkPlace(options: SearchOptions): Place | undefined {
  const realm = filterName(options.realm);
  const domain = filterName(options.domain);
  return matchesNothing(realm) || matchesNothing(domain) ? undefined : { realm, domain };
}

const filtersOf = ({ realm, domain }: Place): SearchAnswer['filters'] => {
  return { realm: realm ?? null, domain: domain ?? null };
};

interface Meaning {
  readonly pending: number;
  readonly vectors: VectorHalf | undefined;
  readonly warning?: string;
}

const NO_MEANING: Meaning = { pending: 0, vectors: undefined };

function checkMode(mode = 'hybrid'): Mode {
  const known = MODES.find((candidate) => candidate === mode);
  if (known) return known;
  throw new AltError('INVALID_ARGUMENT', `Unknown mode '${mode}'.`, {
    hint: `The modes are ${MODES.join(', ')}.`,
  });
}

function withoutNumbers(result: SearchResult): SearchResult {
  const copy = { ...result };
  delete (copy as { explanation?: unknown }).explanation;
  return copy;
}
