/** Says so when much of what is remembered is in scripts that the embedder does not know. */
import { listEntities, type Db } from '../projections/index.js';
import { knownShare } from './search/rank.js';

/** Enough to tell a habit from an exception, few enough to cost nothing. */
const MEMORIES_LOOKED_AT = 200;
const CHARACTERS_LOOKED_AT = 400;
/** From this share of letters on a search by meaning misses too much. */
const UNKNOWN_SHARE = 0.3;

/** A sentence to act on, or undefined when the embedder fits what is remembered. */
export function scriptHint(
  db: Db,
  embedder: { readonly name: string; readonly scripts: readonly string[] | 'all' },
): string | undefined {
  if (embedder.scripts === 'all') return undefined;
  const newest = listEntities(db, { limit: MEMORIES_LOOKED_AT, offset: 0 });
  const text = newest.map(({ content }) => content.slice(0, CHARACTERS_LOOKED_AT)).join(' ');
  const unknown = 1 - knownShare(text, embedder.scripts);
  if (unknown < UNKNOWN_SHARE) return undefined;
  const share = `${(unknown * 100).toFixed(0)} %`;
  return (
    `${share} of the letters are in scripts that ${embedder.name} does not know: ` +
    '"alt embedder multilingual" finds them by meaning.'
  );
}
