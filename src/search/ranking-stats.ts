/** Numbers over the whole index that the ranking needs, counted once per state of the views. */
import {
  documentFrequency,
  passageStats,
  type Db,
  type PassageStats,
} from '../../projections/index.js';
import { LeastRecent } from '../least-recent.js';

const FREQUENCIES_KEPT = 2_000;

export class RankingStats {
  #of: Db | undefined;
  #version = -1;
  #passages: PassageStats | undefined;
  readonly #frequencies = new LeastRecent<string, number>(FREQUENCIES_KEPT);

  passages(db: Db): PassageStats {
    this.#follow(db);
    this.#passages ??= passageStats(db);
    return this.#passages;
  }

  frequency(db: Db, term: string): number {
    this.#follow(db);
    const known = this.#frequencies.get(term);
    const frequency = known ?? documentFrequency(db, term);
    this.#frequencies.set(term, frequency);
    return frequency;
  }

  /** Everything is counted anew when another connection has changed the database. */
  #follow(db: Db): void {
    const version = db.dataVersion();
    if (this.#of === db && this.#version === version) return;
    this.#of = db;
    this.#version = version;
    this.#passages = undefined;
    this.#frequencies.clear();
  }
}
