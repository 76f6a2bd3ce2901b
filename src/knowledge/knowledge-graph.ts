/** `dimension.kg`: the knowledge graph, on behalf of whoever holds the dimension. */
import { AltError } from '../../events/index.js';
import type { ChangeOptions, Session } from '../session.js';
import type { Metadata } from '../values.js';
import type { Fact, Triple } from './fact.js';
import * as facts from './facts.js';
import { importGraph, type GraphImported, type GraphToImport } from './import-graph.js';
import type { Said } from './ledger.js';
import * as queries from './queries.js';
import { knowledgeGraphFile, type KnowledgeGraphFile } from './side-files.js';
import { defineTerm, type Term } from './terms.js';

export interface Told extends Said {
  readonly fact: Fact;
}

export class KnowledgeGraph {
  readonly #session: () => Session;

  constructor(session: () => Session) {
    this.#session = session;
  }

  /**
   * Says that a relationship holds, and returns the id of the fact once it is durable. The same
   * triple for a time that is covered is one fact.
   *
   * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE: blank terms, bad dates, an end before the start
   */
  async add(
    ...[subject, predicate, object, options]: [string, string, string, facts.AssertOptions?]
  ): Promise<string> {
    const triple = { subject, predicate, object };
    return (await facts.assertFact(this.#session(), triple, options)).fact_id;
  }

  /** As {@link add}, answering what became of it. */
  async tell(triple: Triple, options: facts.AssertOptions = {}): Promise<Told> {
    const session = this.#session();
    const said = await facts.assertFact(session, triple, options);
    const fact = await facts.readFact(session, said.fact_id);
    if (fact) return { ...said, fact };
    throw new AltError('NOT_FOUND', `The fact '${said.fact_id}' was retracted meanwhile.`);
  }

  /** Says up to 1,000 facts, all or none. @returns their ids in order. */
  async batchAdd(
    items: readonly facts.NewFact[],
    options: Pick<ChangeOptions, 'batch'> = {},
  ): Promise<string[]> {
    const said = await facts.assertFacts(this.#session(), items, options);
    return said.map(({ fact_id }) => fact_id);
  }

  /** The fact of that id; undefined when there is none. */
  async get(id: string): Promise<Fact | undefined> {
    return facts.readFact(this.#session(), id);
  }

  /**
   * Says that a relationship no longer holds: from now on, or from `ended`, its last second or
   * day.
   *
   * @returns how many facts ended.
   * @throws {AltError} INVALID_ARGUMENT when a fact starts after `ended`; nothing changes then
   */
  async invalidate(
    ...[subject, predicate, object, options]: [string, string, string, facts.EndOptions?]
  ): Promise<number> {
    return (await this.end({ subject, predicate, object }, options)).invalidated;
  }

  /** As {@link invalidate}, answering which facts ended, or which might have been meant. */
  async end(triple: Triple, options: facts.EndOptions = {}): Promise<facts.Ended> {
    return facts.endFact(this.#session(), triple, options);
  }

  /** Says that a fact never held. @returns whether there was one of that id. */
  async retract(id: string): Promise<boolean> {
    return facts.retractFact(this.#session(), id);
  }

  /**
   * Facts about a name, newest first; every fact without one. Ended ones are among them unless
   * `asOf` or `currentOnly` says otherwise.
   *
   * @throws {AltError} INVALID_ARGUMENT for an unknown direction, a date that is none, bad bounds
   */
  async query(entity?: string | null, options: queries.FactQuery = {}): Promise<Fact[]> {
    return (await this.find(entity, options)).facts;
  }

  /** As {@link query}, with the total number and what the name was taken for. */
  async find(entity?: string | null, options: queries.FactQuery = {}): Promise<queries.FactsFound> {
    return queries.queryFacts(this.#session(), entity, options);
  }

  /** Facts about a name, or all, in the order in which they begin; unknown starts come last. */
  async timeline(entity?: string | null, options: queries.TimelineQuery = {}): Promise<Fact[]> {
    return (await this.pageTimeline(entity, options)).facts;
  }

  /** As {@link timeline}, a part of it, with the total number. */
  async pageTimeline(
    entity?: string | null,
    options: queries.TimelineQuery = {},
  ): Promise<queries.FactsFound> {
    return queries.timeline(this.#session(), entity, options);
  }

  async stats(): Promise<queries.GraphStats> {
    return queries.graphStats(this.#session());
  }

  /** Says what a name is; what is not given stays as it was. */
  async addEntity(name: string, type?: string, properties?: Metadata): Promise<Term> {
    return defineTerm(this.#session(), { name, type, properties });
  }

  /** Facts of which the name is the subject, or where `direction` says. */
  async queryEntity(
    name: string,
    options: Pick<queries.FactQuery, 'asOf' | 'direction'> = {},
  ): Promise<Fact[]> {
    return queries.queryEntity(this.#session(), name, options);
  }

  /** Facts of one relationship. */
  async queryRelationship(
    predicate: string,
    options: Pick<queries.FactQuery, 'asOf'> = {},
  ): Promise<Fact[]> {
    return queries.queryRelationship(this.#session(), predicate, options);
  }

  /** The content of knowledge_graph.json. */
  async exportJson(): Promise<KnowledgeGraphFile> {
    const { store, system } = this.#session();
    return store.read((db) => knowledgeGraphFile(db, system.now()));
  }

  /** Says what a knowledge_graph.json says; what is known stays as it is. */
  async importJson(file: GraphToImport): Promise<GraphImported> {
    return importGraph(this.#session(), file);
  }
}
