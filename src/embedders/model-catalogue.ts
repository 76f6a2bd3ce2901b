/**
 * The models that are known by name: their published files, pinned by size and checksum in
 * model-pins.json. Raising a pin there makes another space.
 */
import { AltError } from '../../events/index.js';
import type { ModelFiles } from './model-files.js';
import pins from './model-pins.json' with { type: 'json' };

/** What is known of a model besides its files. */
export interface KnownModel extends ModelFiles {
  readonly title: string;
  readonly license: string;
  /** Where the terms are that must be accepted before a download. */
  readonly terms?: string;
  /** Further names that it is asked for by. */
  readonly aliases?: readonly string[];
}

/** Models by name. */
export type ModelCatalogue = Readonly<Record<string, KnownModel>>;

export const PINS = pins satisfies ModelCatalogue;

/**
 * A model by its name or an alias, in any case.
 * Throws INVALID_ARGUMENT listing the names.
 */
export function knownModel(
  wanted: string,
  catalogue: ModelCatalogue = PINS,
): KnownModel & { readonly name: string } {
  const spelled = wanted.trim().toLowerCase();
  const found = Object.entries(catalogue).find(([name, { aliases = [] }]) => {
    return name === spelled || aliases.includes(spelled);
  });
  if (found) return { ...found[1], name: found[0] };
  throw new AltError('INVALID_ARGUMENT', `There is no model '${wanted}'.`, {
    hint: `The models are: ${Object.keys(catalogue).join(', ')}.`,
  });
}
