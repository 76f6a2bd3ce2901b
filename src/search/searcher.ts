/** A question from outside: checked, embedded as far as time allows, answered with what to know. */
import { isAltError } from '../../events/index.js';
import { countEntities } from '../../projections/index.js';
import type { Store } from '../../replay/index.js';
import type { Embedding } from '../vectors/embedding.js';
import type { Space } from '../vectors/space.js';
import { CANDIDATES_PER_HALF } from './hybrid.js';
import { KnownPassages } from './known-passages.js';
import { checkSearch, type Filters, type SearchOptions } from './options.js';
import { RankingStats } from './ranking-stats.js';
import type { BoostSource, Mode, SearchContext, SearchRequest, VectorHalf } from './request.js';
import { search, type Found, type SearchResult } from './search.js';

/** A search embeds pending memories itself for at most this long, then says how many are left. */
const PENDING_BUDGET_MS = 1_500;

/** Why a question was answered by its words only. */
export type FallbackReason = 'vector_disabled' | 'index_empty' | 'embedder_unavailable';

export interface SearchAnswer {
  readonly query: string;
  readonly mode: Mode;
  readonly filters: Filters;
  readonly results: SearchResult[];
  /** How many memories were ranked. */
  readonly total_candidates: number;
  /** Passages that have no vector yet and can only be found by their words. */
  readonly pending: number;
  /** Set when hybrid mode could not go by meaning. */
  readonly fallback?: 'keyword_only';
  readonly fallback_reason?: FallbackReason;
  readonly warnings: string[];
}

/** Why there is no meaning to go by. */
interface Lack {
  readonly reason: FallbackReason;
  readonly message?: string;
}

interface Meaning {
  readonly pending: number;
  readonly question?: { readonly space: Space; readonly query: Float32Array };
  readonly lack?: Lack;
}

interface Answered {
  readonly found: Found;
  readonly lack?: Lack | undefined;
  readonly degraded?: string | undefined;
}

/** Until cross-references are kept there is nothing that could lift a memory. */
const NO_BOOSTS: BoostSource = () => new Map();

const DISTANCE_IGNORED = 'The maximum distance was not applied: nothing was searched by meaning.';

export class Searcher {
  readonly #store: Store;
  readonly #embedding: Embedding;
  readonly #boosts: BoostSource;
  readonly #stats = new RankingStats();
  readonly #passages = new KnownPassages();

  constructor(store: Store, embedding: Embedding, boosts = NO_BOOSTS) {
    this.#store = store;
    this.#embedding = embedding;
    this.#boosts = boosts;
  }

  /** @throws {AltError} INVALID_ARGUMENT, TOO_LARGE */
  async search(question: string, options: SearchOptions): Promise<SearchAnswer> {
    const { request, mode, filters } = checkSearch(question, options);
    if (request) {
      const { question: query } = request;
      const answer = await this.#embedding.healing(() => this.#answer(request, options));
      return { query, mode, filters, ...answer };
    }
    const nothing = { results: [], total_candidates: 0, pending: 0, warnings: [] };
    return { query: question, mode, filters, ...nothing };
  }

  async #answer(
    request: SearchRequest,
    options: SearchOptions,
  ): Promise<Omit<SearchAnswer, 'query' | 'mode' | 'filters'>> {
    const meaning = await this.#meaning(request, options);
    const { found, lack = meaning.lack, degraded } = await this.#find(request, meaning);
    const isFallback = request.mode === 'hybrid' && lack !== undefined;
    return {
      results: options.explain === true ? found.results : found.results.map(withoutNumbers),
      total_candidates: found.total,
      pending: meaning.pending,
      ...(isFallback && { fallback: 'keyword_only' as const, fallback_reason: lack.reason }),
      warnings: warningsOf(request, lack, degraded),
    };
  }

  /** Asks for more passages until they lead to enough memories. */
  async #find(request: SearchRequest, { question }: Meaning): Promise<Answered> {
    const { place, limit } = request;
    for (let count = Math.max(CANDIDATES_PER_HALF, 2 * limit); ; count *= 4) {
      const searching = await question?.space.backend.ask(question.query, { count, place });
      const vectors = question && searching && { space: question.space, search: searching, count };
      const answered = await this.#store.read((db, { generation }): Answered => {
        const known = { stats: this.#stats, passages: this.#passages, boosts: this.#boosts };
        const context = { db, generation, vectors, count, ...known };
        if (!vectors || !isEmpty(context, vectors)) return { found: search(context, request) };
        const message = countEntities(db) === 0 ? {} : { message: 'nothing is embedded yet.' };
        const found = search({ ...context, vectors: undefined }, request);
        return { found, lack: { reason: 'index_empty', ...message } };
      });
      if (!answered.found.isShort) return { ...answered, degraded: searching?.degraded };
    }
  }

  /** Embeds what is pending; a search goes on with what there is where that fails. */
  async #drain(budgetMs: number): Promise<number> {
    if (budgetMs <= 0) return this.#embedding.pending();
    try {
      return await this.#embedding.drain({ budgetMs });
    } catch (error) {
      if (!isAltError(error) || !STORING_FAILED.includes(error.code)) throw error;
      this.#store.warn({ code: error.code, message: error.message });
      return this.#embedding.pending();
    }
  }

  /** The question's vector, after embedding what is pending; or why there is none. */
  async #meaning({ question, mode }: SearchRequest, options: SearchOptions): Promise<Meaning> {
    if (mode === 'keyword') return { pending: 0 };
    if (options.vectorDisabled === true) {
      return { pending: 0, lack: { reason: 'vector_disabled' } };
    }
    try {
      const pending = await this.#drain(options.pendingBudgetMs ?? PENDING_BUDGET_MS);
      const { space, query } = await this.#embedding.query(question);
      if (query) return { pending, question: { space, query } };
      const message = 'the question holds nothing that the embedder knows.';
      return { pending, lack: { reason: 'embedder_unavailable', message } };
    } catch (error) {
      const isModel = isAltError(error, 'UNAVAILABLE') || isAltError(error, 'EMBEDDING_FAILED');
      if (!isModel) throw error;
      return { pending: 0, lack: { reason: 'embedder_unavailable', message: error.message } };
    }
  }
}

/** What keeps vectors from being stored and not from being searched. */
const STORING_FAILED: readonly string[] = ['DISK_FULL', 'READ_ONLY', 'IO_FAILED', 'BUSY'];

/** What a search does that cannot go by meaning, for warnings. */
const LACKING: Readonly<Record<Mode, string>> = {
  hybrid: 'Searched by words only',
  vector: 'Nothing was searched',
  keyword: 'Searched by words',
};

function warningsOf(
  { mode, maxDistance }: SearchRequest,
  lack: Lack | undefined,
  degraded: string | undefined,
): string[] {
  const isByWords = mode === 'keyword' || (mode === 'hybrid' && lack !== undefined);
  const warnings = [
    lack?.message === undefined ? undefined : `${LACKING[mode]}: ${lack.message}`,
    isByWords && maxDistance > 0 ? DISTANCE_IGNORED : undefined,
    degraded,
  ];
  return warnings.filter((text) => text !== undefined);
}

/** Whether there is no vector that could be near. */
function isEmpty({ db, generation, stats }: SearchContext, { space }: VectorHalf): boolean {
  return space.cache.mark(generation) === 0 || stats.passages(db).count === 0;
}

function withoutNumbers(result: SearchResult): SearchResult {
  const copy = { ...result };
  delete (copy as { explanation?: unknown }).explanation;
  return copy;
}
