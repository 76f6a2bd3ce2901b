/** Was something saved, and what: for agents that ask before they end a session. */
import { countEntities, newestEntity } from '../projections/index.js';
import { toIso } from './entity.js';
import type { Session } from './session.js';

const PREVIEW_CHARACTERS = 100;

export interface FiledAway {
  readonly total_entities: number;
  /** Of the newest memory; null where there is none. */
  readonly last_saved_at: string | null;
  /** Its first 100 characters, `...` behind them where there is more. */
  readonly last_content_preview: string | null;
}

export async function memoriesFiledAway({ store }: Session): Promise<FiledAway> {
  const { total, newest } = await store.read((db) => {
    return { total: countEntities(db), newest: newestEntity(db) };
  });
  return {
    total_entities: total,
    last_saved_at: newest ? toIso(newest.createdMs) : null,
    last_content_preview: newest ? previewOf(newest.content) : null,
  };
}

function previewOf(content: string): string {
  // Twice as many units hold so many characters, whatever script they are in.
  const beginning = [...content.slice(0, 2 * PREVIEW_CHARACTERS + 1)];
  if (beginning.length <= PREVIEW_CHARACTERS) return content;
  return `${beginning.slice(0, PREVIEW_CHARACTERS).join('')}...`;
}
