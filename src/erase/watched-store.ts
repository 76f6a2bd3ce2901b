/** A store that tells when events were erased, by whomever: what lies beside the log follows. */
import { countEvents, type Db } from '../../projections/index.js';
import { Store } from '../../replay/index.js';

export class WatchedStore extends Store {
  /** Told how many events are erased, whenever that is another number than before. */
  onErased: ((erased: number) => void) | undefined;
  #erased = 0;

  override async read<Result>(
    query: (db: Db, views: { readonly generation: string }) => Result,
  ): Promise<Result> {
    const { result, erased } = await super.read((db, views) => {
      return { result: query(db, views), erased: countEvents(db).erased };
    });
    if (erased !== this.#erased) {
      this.#erased = erased;
      this.onErased?.(erased);
    }
    return result;
  }
}
