/** Forgetting for good. */
import { erase, type EraseContext, type EraseOptions, type EraseReceipt } from '../erase/erase.js';
import { scrub, type ScrubReport } from '../erase/scrub.js';
import type { EraseSelection } from '../erase/selection.js';
import { Undoing } from './undoing.js';

export class Erasing extends Undoing {
  /**
   * Erases memories, facts and whatever else is chosen, in all their versions, deleted or not, with
   * what was made from them: no file of the dimension holds a byte of it afterwards, and every
   * machine that hears of it clears its copy. Nothing brings it back.
   *
   * @throws {AltError} INVALID_ARGUMENT unless exactly one kind of selection is given; NOT_FOUND
   *   when nothing is chosen; TOO_LARGE; BUSY when the files could not be swept yet
   */
  async erase(selection: EraseSelection, options: EraseOptions = {}): Promise<EraseReceipt> {
    return erase(this.#erasing(), selection, options);
  }

  /**
   * Finds secrets of well-known forms in everything the log still says; `dryRun: false` erases what
   * holds them. No secret is in the answer.
   */
  async scrub(options: EraseOptions = {}): Promise<ScrubReport> {
    return scrub(this.#erasing(), { ...options, dryRun: options.dryRun ?? true });
  }

  /** After something arrived: where an erasure came with it, the files follow. */
  protected async swept(): Promise<void> {
    await this.opened().sweeper.follow();
  }

  #erasing(): EraseContext {
    return { sweeper: this.opened().sweeper, session: this.session() };
  }
}
