/** Looking after a dimension, for people: whether it is sound, and mending it. */
import type { Damage } from '../replay/index.js';
import * as maintenance from './maintenance.js';

export class Upkeep {
  readonly #open: () => maintenance.MaintenanceContext;

  constructor(open: () => maintenance.MaintenanceContext) {
    this.#open = open;
  }

  /** What SQLite finds wrong with the live views, as sentences; empty when they are sound. */
  async integrity(): Promise<string[]> {
    return maintenance.checkIntegrity(this.#open());
  }

  /** Gives the space of deleted rows back. */
  async vacuum(): Promise<maintenance.Vacuumed> {
    return maintenance.vacuum(this.#open());
  }

  /** Looks at log, views, indexes and vectors and says what is wrong. Changes nothing. */
  async diagnose(
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<maintenance.Diagnosis> {
    const open = this.#open();
    return open.embedding.healing(() => maintenance.diagnose(open, options));
  }

  /**
   * Looks for damage in this machine's own log and, unless `dryRun`, mends it: whole commits behind
   * the damage go on under a new replica id, damaged bytes move to quarantine.
   *
   * @returns what was found, the lost seqs among it; undefined when the log is sound.
   */
  async salvage(options: { readonly dryRun: boolean }): Promise<Damage | undefined> {
    const { store, actor } = this.#open().session;
    const damage = await store.repair(actor, options);
    // Opening folds what is there now.
    if (damage && !options.dryRun) await store.read(() => undefined);
    return damage;
  }
}
