/**
 * Which passages lie in a realm or domain, remembered for the next questions there: as long as no
 * other connection has changed the views, the same places hold the same passages.
 */
import type { Db } from '../database.js';
import type { Place } from '../entity-queries.js';
import { labelsIn } from './passage-rows.js';

const PLACES_KEPT = 8;

export class PlaceLabels {
  readonly #labels = new Map<string, readonly number[]>();
  #of: Db | undefined;
  #version = -1;

  /** Labels of the passages there, ascending: the same list as long as nothing has changed. */
  in(db: Db, place: Place): readonly number[] {
    this.#follow(db);
    const key = JSON.stringify([place.realm, place.domain]);
    const labels = this.#labels.get(key) ?? labelsIn(db, place);
    this.#labels.delete(key);
    this.#labels.set(key, labels);
    const [oldest = key] = this.#labels.keys();
    if (this.#labels.size > PLACES_KEPT) this.#labels.delete(oldest);
    return labels;
  }

  #follow(db: Db): void {
    const version = db.dataVersion();
    if (this.#of !== db || this.#version !== version) this.#labels.clear();
    this.#of = db;
    this.#version = version;
  }
}
