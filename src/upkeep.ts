/** Looking after a dimension, for people: whether it is sound, and mending it. */
import { mend, mendClock, mendFork, type Damage, type MendContext } from '../replay/index.js';
import { Incoming } from './machines/incoming.js';
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
    return this.#mended(options, (context) => mend(context, options));
  }

  /**
   * Where another machine wrote under this machine's replica id, as the last pull found out: what
   * was written here goes on under a new id, and both can be taken in everywhere. Needed on one of
   * the two.
   *
   * @returns where both parted; undefined when nothing that waits contradicts what was written here
   */
  async mendFork(options: { readonly dryRun: boolean }): Promise<Damage | undefined> {
    const { files, store } = this.#open().session;
    const incoming = new Incoming(files, store.folder);
    const branches = incoming.list().flatMap((waiting) => {
      const bytes = waiting.code === 'fork' ? incoming.read(waiting) : undefined;
      return bytes ? [{ range: waiting.range, bytes }] : [];
    });
    return this.#mended(options, (context) => mendFork(context, branches, options));
  }

  /**
   * What was written here while the clock had run ahead goes on under a new id, with the time of
   * now, so that other machines take it in.
   *
   * @returns where it began; undefined when nothing is of a time to come
   */
  async mendClock(options: { readonly dryRun: boolean }): Promise<Damage | undefined> {
    return this.#mended(options, (context) => mendClock(context, options));
  }

  async #mended(
    { dryRun }: { readonly dryRun: boolean },
    work: (context: MendContext) => Damage | undefined,
  ): Promise<Damage | undefined> {
    const { store, actor } = this.#open().session;
    const damage = await store.mending(actor, work);
    // Opening folds what is there now.
    if (damage && !dryRun) await store.read(() => undefined);
    return damage;
  }
}
