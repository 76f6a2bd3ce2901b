/** Finding memories again: by meaning and by words, and what that needs. */
import { checkDuplicate, type Duplicate } from '../search/duplicates.js';
import type { SearchOptions } from '../search/options.js';
import * as memories from '../search/search-memories.js';
import type { SearchResult } from '../search/search.js';
import type { SearchAnswer } from '../search/searcher.js';
import type { DrainOptions } from '../vectors/embedding.js';
import * as switching from '../vectors/switching.js';
import { Memories } from './memories.js';

export class Searching extends Memories {
  /** The best matches, best first. @throws {AltError} INVALID_ARGUMENT for an unknown mode */
  async search(question: string, options: SearchOptions = {}): Promise<SearchResult[]> {
    return (await this.searchAnswer(question, options)).results;
  }

  /** As {@link search}, with what the reader should know about the answer. */
  async searchAnswer(question: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    const { searcher } = this.opened();
    const { pendingBudgetMs } = this.opening;
    return searcher.search(question, { pendingBudgetMs, ...options });
  }

  /** Hybrid search for programs: near memories, why they were found, what was left out. */
  async searchMemories(
    query: string,
    options: memories.SearchMemoriesOptions = {},
  ): Promise<memories.MemoriesFound> {
    const { searcher } = this.opened();
    const { pendingBudgetMs } = this.opening;
    return memories.searchMemories(searcher, query, { pendingBudgetMs, ...options });
  }

  /** Memories that say the same. @param threshold similarity from 0 to 1 */
  async checkDuplicate(
    content: string,
    threshold = 0.9,
    within: Pick<SearchOptions, 'realm' | 'domain'> = {},
  ): Promise<Duplicate> {
    return checkDuplicate(this.opened(), content, { threshold, ...within });
  }

  /** Embeds what is pending. @returns how many passages are pending after it. */
  async embedPending(options: DrainOptions = {}): Promise<number> {
    const { embedding } = this.opened();
    return embedding.healing(() => embedding.drain(options));
  }

  /**
   * Chooses another embedder; searches go on by the old one until its vectors are there.
   *
   * @throws {AltError} INVALID_ARGUMENT, UNAVAILABLE, EMBEDDING_FAILED, CANCELLED, BUSY
   */
  async setEmbedder(
    model: string,
    options: switching.SwitchOptions & { readonly device?: string | undefined } = {},
  ): Promise<switching.EmbedderSwitch> {
    const open = this.switchContext();
    return open.embedding.healing(() => switching.setEmbedder(open, model, options));
  }

  /**
   * Chooses what searches the vectors on this machine: `hnsw`, or `chroma` for a server.
   *
   * @throws {AltError} INVALID_ARGUMENT, UNAVAILABLE, CANCELLED, BUSY
   */
  async setBackend(
    backend: string,
    options: switching.SwitchOptions = {},
  ): Promise<switching.BackendSwitch> {
    const open = this.switchContext();
    return open.embedding.healing(() => switching.setBackend(open, backend, options));
  }

  async getBackend(): Promise<switching.BackendStatus> {
    const open = this.switchContext();
    return open.embedding.healing(() => switching.getBackend(open));
  }

  private switchContext(): switching.SwitchContext {
    return { session: this.session(), embedding: this.opened().embedding };
  }
}
