/**
 * Passages that were looked at, kept for the next question. A label stands for the same passage as
 * long as the generation of views lives, so what is kept cannot be stale.
 */
import {
  labelsOfOwners,
  passagesByLabel,
  type Db,
  type PassageRow,
} from '../../projections/index.js';

/** Some 400 bytes each. */
const PASSAGES_KEPT = 50_000;

export class KnownPassages {
  #generation = '';
  readonly #rows = new Map<number, PassageRow>();

  /** All passages of the entities that own any of the labels, by entity and order in the text. */
  ofOwners(db: Db, generation: string, labels: readonly number[]): PassageRow[] {
    if (generation !== this.#generation) this.#rows.clear();
    this.#generation = generation;
    const all = labelsOfOwners(db, labels);
    const missing = all.filter((label) => !this.#rows.has(label));
    if (this.#rows.size + missing.length > PASSAGES_KEPT) this.#rows.clear();
    const wanted = this.#rows.size === 0 ? all : missing;
    for (const row of passagesByLabel(db, wanted)) this.#rows.set(row.label, row);
    return all.flatMap((label) => this.#rows.get(label) ?? []);
  }
}
