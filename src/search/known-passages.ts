/**
 * Passages and memories that were looked at, kept for the next question. A label stands for the
 * same passage as long as the generation of views lives; what a memory owns and says of itself
 * holds until another connection has changed the database.
 */
import {
  labelsOfEntities,
  ownersByLabel,
  passagesByLabel,
  rankedEntities,
  type Db,
  type PassageRow,
  type RankedEntity,
} from '../../projections/index.js';

/** Some 400 bytes each. */
const PASSAGES_KEPT = 50_000;
const ENTITIES_KEPT = 20_000;

interface Known extends RankedEntity {
  readonly labels: readonly number[];
}

export class KnownPassages {
  #generation = '';
  #of: Db | undefined;
  #version = -1;
  readonly #rows = new Map<number, PassageRow>();
  readonly #entities = new Map<number, Known>();

  /** All passages of the memories that own any of the labels, by memory and order in the text. */
  ofOwners(db: Db, generation: string, labels: readonly number[]): PassageRow[] {
    this.#follow(db, generation);
    const owners = this.#ownersOf(db, labels);
    this.#learn(db, owners);
    const all = owners.flatMap((entity) => this.#entities.get(entity)?.labels ?? []);
    const missing = all.filter((label) => !this.#rows.has(label));
    if (this.#rows.size + missing.length > PASSAGES_KEPT) this.#rows.clear();
    const wanted = this.#rows.size === 0 ? all : missing;
    for (const row of passagesByLabel(db, wanted)) this.#rows.set(row.label, row);
    return all.flatMap((label) => this.#rows.get(label) ?? []);
  }

  /** What decides between equal scores, of a memory that owns a passage of the last answer. */
  entity(num: number): RankedEntity | undefined {
    return this.#entities.get(num);
  }

  #follow(db: Db, generation: string): void {
    const version = db.dataVersion();
    if (generation !== this.#generation) this.#rows.clear();
    if (this.#of !== db || this.#version !== version) this.#entities.clear();
    this.#generation = generation;
    this.#of = db;
    this.#version = version;
  }

  /** The memories that own the labels, ascending. */
  #ownersOf(db: Db, labels: readonly number[]): number[] {
    const owners = new Set<number>();
    const unknown: number[] = [];
    for (const label of labels) {
      const row = this.#rows.get(label);
      if (row) owners.add(row.entity);
      else unknown.push(label);
    }
    for (const { entity } of ownersByLabel(db, unknown)) owners.add(entity);
    return [...owners].sort((a, b) => a - b);
  }

  #learn(db: Db, owners: readonly number[]): void {
    if (this.#entities.size + owners.length > ENTITIES_KEPT) this.#entities.clear();
    const unknown = owners.filter((entity) => !this.#entities.has(entity));
    if (unknown.length === 0) return;
    const labels = new Map<number, number[]>(unknown.map((entity) => [entity, []]));
    for (const { entity, label } of labelsOfEntities(db, unknown)) labels.get(entity)?.push(label);
    for (const entity of rankedEntities(db, unknown)) {
      this.#entities.set(entity.num, { ...entity, labels: labels.get(entity.num) ?? [] });
    }
  }
}
