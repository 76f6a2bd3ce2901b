/** What is known: facts, names and people, and texts held against them. */
import { checkText, type TextIssue } from '../knowledge/check-text.js';
import { KnowledgeGraph } from '../knowledge/knowledge-graph.js';
import { getPeopleMap, setPeopleMap, type PeopleMapSaved } from '../knowledge/people.js';
import { EntityRegistry } from '../knowledge/registry.js';
import { Searching } from './searching.js';

export class Knowing extends Searching {
  /** The knowledge graph. */
  readonly kg = new KnowledgeGraph(() => this.session());
  /** Who and what is known by name. */
  readonly registry = new EntityRegistry(() => this.session());

  /** Variants of people's names -> the names that are meant. */
  async getPeopleMap(): Promise<Record<string, string>> {
    return getPeopleMap(this.session());
  }

  /**
   * Replaces the people map, and its copy in the user's config.json.
   *
   * @throws {AltError} INVALID_ARGUMENT for blank or circular names, TOO_LARGE
   */
  async setPeopleMap(map: Readonly<Record<string, string>>): Promise<PeopleMapSaved> {
    return setPeopleMap(this.session(), map);
  }

  /** What in a text does not fit what is known; nothing is looked up elsewhere. */
  async checkText(text: string): Promise<TextIssue[]> {
    return checkText(this.session(), text);
  }
}
