/** Taking back parts of the log, and changes of two machines that met. */
import { conflicts, type ConflictOptions, type Conflicts } from '../conflicts/conflicts.js';
import { takeConflict, type ConflictTaken } from '../conflicts/take.js';
import { redo, undo, type UndoOptions, type UndoReport } from '../undo/undo.js';
import type { UndoSelection } from '../undo/selection.js';
import { Holdings } from './places.js';

export class Undoing extends Holdings {
  /**
   * Makes the state what it would be if the chosen part of the log had not happened. Nothing leaves
   * the log, and {@link redo} takes it back; other machines follow when they hear of it.
   *
   * @throws {AltError} INVALID_ARGUMENT when nothing is chosen; NOT_FOUND when no event is;
   *   CONFLICT when later events build on what is chosen, unless forced; TOO_LARGE
   */
  async undo(selection: UndoSelection, options: UndoOptions = {}): Promise<UndoReport> {
    return this.#mended(undo(this.session(), selection, options), options);
  }

  /** Makes what was undone of the chosen part count again. @throws {AltError} as {@link undo} */
  async redo(
    selection: UndoSelection,
    options: Pick<UndoOptions, 'dryRun'> = {},
  ): Promise<UndoReport> {
    return this.#mended(redo(this.session(), selection, options), options);
  }

  /**
   * Changes that machines made without knowing of each other, where one lost: with both, and why.
   * The same on every machine that holds the same; those that nobody has settled yet.
   *
   * @throws {AltError} INVALID_ARGUMENT
   */
  async conflicts(options: ConflictOptions = {}): Promise<Conflicts> {
    return conflicts(this.session(), options);
  }

  /**
   * Makes what lost a conflict count, by an ordinary change: it settles the conflict everywhere.
   *
   * @throws {AltError} NOT_FOUND, also for one that is settled; UNAVAILABLE where too little is
   *   known to bring the loser back
   */
  async takeConflict(id: string): Promise<ConflictTaken> {
    return this.#mended(takeConflict(this.session(), id), {});
  }

  /** What lies beside the views follows: compressions of what went, and the readable copies. */
  async #mended<Report>(work: Promise<Report>, { dryRun }: UndoOptions): Promise<Report> {
    if (dryRun === true) return work;
    const report = await this.settled(work);
    await this.refreshSideFiles();
    return report;
  }
}
