/** `dimension.kg`: the knowledge graph, on behalf of whoever holds the dimension. */
import { assertFact, endFact, queryFacts, type AssertOptions } from './facts.js';
import type { Ended, Fact, Said, Triple } from './facts.js';
import type { ChangeOptions, Session } from './session.js';

export class KnowledgeGraph {
  readonly #session: () => Session;

  constructor(session: () => Session) {
    this.#session = session;
  }

  /** Says that a relationship holds. @throws {AltError} INVALID_ARGUMENT, TOO_LARGE */
  async add(triple: Triple, options: AssertOptions = {}): Promise<Said> {
    return assertFact(this.#session(), triple, options);
  }

  /** Says that a relationship no longer holds: from now on, or from `ended`. */
  async invalidate(
    triple: Triple,
    options: ChangeOptions & { readonly ended?: string | undefined } = {},
  ): Promise<Ended> {
    return endFact(this.#session(), triple, options);
  }

  /** Facts about a name, newest first; every fact without one. */
  async query(entity?: string): Promise<Fact[]> {
    return queryFacts(this.#session(), entity);
  }
}
