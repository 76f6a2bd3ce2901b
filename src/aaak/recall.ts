/** Which texts the entries of this process were made of. */
import { LeastRecent } from '../least-recent.js';

/** What is known of where an entry came from. */
export type Origin<Text> =
  | { readonly kind: 'one'; readonly original: Text }
  /** Several texts give the same entry. */
  | { readonly kind: 'ambiguous' };

const ENTRIES_KEPT = 256;
/** Longer originals are not held on to. */
export const ORIGINAL_CHARACTERS_MAX = 100_000;

export class Recall {
  readonly #origins = new LeastRecent<string, Origin<string>>(ENTRIES_KEPT);

  remember(aaak: string, original: string): void {
    if (original.length > ORIGINAL_CHARACTERS_MAX) return;
    const known = this.#origins.get(aaak);
    const isOther = known?.kind === 'ambiguous' || (known && known.original !== original);
    this.#origins.set(aaak, isOther === true ? { kind: 'ambiguous' } : { kind: 'one', original });
  }

  origin(aaak: string): Origin<string> | undefined {
    return this.#origins.get(aaak);
  }
}
