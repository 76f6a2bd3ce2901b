/** Why a part that arrived is not taken. */

/**
 * Why a part is not taken. `gap`, `future`, `newer`, `other_dimension`: not yet; `damaged`: not
 * these bytes; `fork`: two machines wrote under one replica id.
 */
export type PartTrouble = 'gap' | 'future' | 'newer' | 'other_dimension' | 'damaged' | 'fork';

export interface Trouble {
  readonly code: PartTrouble;
  readonly reason: string;
}

export const trouble = (code: PartTrouble, reason: string): Trouble => ({ code, reason });
