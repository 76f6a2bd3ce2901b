/** What a session that was here before has missed: only what is new or changed since. */
import {
  entityOfStream,
  hasEventsUnder,
  heldVector,
  streamsBetween,
  type Db,
  type EntityRow,
} from '../../projections/index.js';
import type { VersionVector } from '../../events/index.js';
import { decodeCursor, encodeCursor } from '../cursor.js';
import { filterName, matchesNothing } from '../names.js';
import type { Session } from '../session.js';
import { baseName, estimateTokens, fileMark, snippet } from './snippet.js';

const CHARACTERS_MAX = 3_200;
const SNIPPET_CHARACTERS_MAX = 200;
const NOTHING = '## NEWS — nothing since.';
const HEADING = '## NEWS';

export interface NewsEntry {
  readonly id: string;
  readonly realm: string;
  readonly domain: string;
  readonly change: 'added' | 'changed';
  readonly snippet: string;
  /** Base name of its file; '' when none. */
  readonly source: string;
}

export interface News {
  readonly text: string;
  /** A quarter of the characters. */
  readonly tokens_estimate: number;
  /** What the text tells, newest first. */
  readonly news: NewsEntry[];
  /** Memories that are new or changed, whether or not they fit into the text. */
  readonly total: number;
  /** How many memories are gone since. */
  readonly gone: number;
  /** Ask with it the next time. */
  readonly cursor: string;
}

export interface NewsOptions {
  readonly realm?: string | undefined;
}

/** @param since the cursor of an earlier wake-up. @throws {AltError} INVALID_ARGUMENT */
export async function newsSince(
  session: Session,
  since: string,
  options: NewsOptions = {},
): Promise<News> {
  const after = decodeCursor(since, 'since');
  const realm = filterName(options.realm);
  return session.store.read((db) => {
    const reached = heldVector(db);
    const rows = changedSince(db, after, reached).filter(({ row }) => {
      return realm === undefined || (!matchesNothing(realm) && row.realm === realm);
    });
    const living = rows.filter(({ row }) => row.living === 1);
    living.sort((a, b) => b.row.updatedMs - a.row.updatedMs);
    const gone = rows.filter(({ row, wasThere }) => row.living === 0 && wasThere).length;
    const told = tell(living.map(toEntry), gone);
    const cursor = encodeCursor(reached);
    return {
      ...{ text: told.text, tokens_estimate: estimateTokens(told.text), news: told.shown },
      ...{ total: living.length, gone, cursor },
    };
  });
}

/** The cursor behind everything that is known now. */
export const cursorNow = (db: Db): string => encodeCursor(heldVector(db));

interface Changed {
  readonly row: EntityRow;
  /** Whether the memory had events before. */
  readonly wasThere: boolean;
}

function changedSince(db: Db, after: VersionVector, reached: VersionVector): Changed[] {
  return streamsBetween(db, after, reached).flatMap((stream): Changed[] => {
    const row = stream.startsWith('entity:') ? entityOfStream(db, stream) : undefined;
    return row ? [{ row, wasThere: hasEventsUnder(db, stream, after) }] : [];
  });
}

const toEntry = ({ row, wasThere }: Changed): NewsEntry => ({
  id: row.id,
  realm: row.realm,
  domain: row.domain,
  change: wasThere ? 'changed' : 'added',
  snippet: snippet(row.content, SNIPPET_CHARACTERS_MAX),
  source: baseName(row.sourceFile),
});

/** As many as fit, each with its place; what does not fit is counted. */
function tell(
  entries: readonly NewsEntry[],
  gone: number,
): { readonly text: string; readonly shown: NewsEntry[] } {
  if (entries.length === 0 && gone === 0) return { text: NOTHING, shown: [] };
  const lines = [HEADING];
  const shown: NewsEntry[] = [];
  let left = CHARACTERS_MAX - HEADING.length;
  for (const entry of entries) {
    const mark = entry.change === 'added' ? '+' : '~';
    const place = `[${entry.realm}/${entry.domain}]`;
    const line = `  ${mark} ${place} ${entry.snippet}${fileMark(entry.source)}`;
    if (line.length + 1 > left) break;
    lines.push(line);
    shown.push(entry);
    left -= line.length + 1;
  }
  const omitted = entries.length - shown.length;
  if (omitted > 0) lines.push(`  … and ${String(omitted)} more`);
  if (gone > 0) lines.push(`  - ${String(gone)} deleted`);
  return { text: lines.join('\n'), shown };
}
