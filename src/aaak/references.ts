/** From the references of an entry to the very texts that they point to. */
import { isAltError, streamOf } from '../../events/index.js';
import {
  entityById,
  entityOfStream,
  eventsOfStream,
  lastDigest,
  type Db,
  type JournalEntry,
} from '../../projections/index.js';
import type { Store } from '../../replay/index.js';

export interface Resolved {
  /** The texts, joined by blank lines; undefined when one of them is not to be had. */
  readonly text: string | undefined;
  readonly reason: 'deleted' | 'not_found' | undefined;
}

interface Place {
  readonly store: Store;
  readonly db: Db;
}

/** What gives a memory its content. */
const GIVES_CONTENT: readonly string[] = ['EntityAdded', 'RecordWritten', 'EntityRevised'];

type Found = { readonly content: string } | { readonly reason: 'deleted' | 'not_found' };

/** Reads what the references point to. `history` also gives what was deleted. */
export function resolveRefs(place: Place, refs: readonly string[], history: boolean): Resolved {
  if (refs.length === 0) return { text: undefined, reason: undefined };
  const contents: string[] = [];
  for (const ref of refs) {
    const found = resolveRef(place, ref, history);
    if ('reason' in found) return { text: undefined, reason: found.reason };
    contents.push(found.content);
  }
  return { text: contents.join('\n\n'), reason: undefined };
}

function resolveRef(place: Place, ref: string, history: boolean): Found {
  const { store, db } = place;
  const { id, rev } = splitRef(ref);
  const living = entityById(db, id);
  const row = living ?? entityOfStream(db, streamOf(store.identity.key, 'entity', id));
  if (!row) return { reason: 'not_found' };
  if (!living && !history) return { reason: 'deleted' };
  if (rev === undefined) return { content: row.content };
  try {
    const content = contentAt(place, row.stream, rev);
    return content === undefined ? { reason: 'not_found' } : { content };
  } catch (error) {
    // What cannot be read is not given; `alt verify` says where the damage is.
    if (isAltError(error, 'LOG_DAMAGED')) return { reason: 'not_found' };
    throw error;
  }
}

/** `id@revision`; an id may have an at sign itself. */
function splitRef(ref: string): { id: string; rev: string | undefined } {
  const [, id, rev] = /^(.+)@([0-9a-f]{8})$/.exec(ref) ?? [];
  return { id: id ?? ref, rev };
}

/** The revision of a memory as it is now: the newest event that may have given its content. */
export function revisionOf(db: Db, stream: string): string | undefined {
  return lastDigest(db, stream, GIVES_CONTENT)?.toString('hex', 0, 4);
}

const revisionsOf = (db: Db, stream: string): JournalEntry[] =>
  eventsOfStream(db, stream).filter(({ type, status }) => {
    return status === 'known' && type !== null && GIVES_CONTENT.includes(type);
  });

/** What the memory said once that event had happened. */
function contentAt({ store, db }: Place, stream: string, rev: string): string | undefined {
  const revisions = revisionsOf(db, stream);
  const index = revisions.findIndex(({ digest }) => digest.toString('hex', 0, 4) === rev);
  for (const entry of revisions.slice(0, index + 1).reverse()) {
    const content = contentOf(store, entry);
    if (content !== undefined) return content;
  }
  return undefined;
}

function contentOf(store: Store, { place, digest }: JournalEntry): string | undefined {
  const data = store.log.readEvent(place, digest).payload?.data as
    { content?: unknown } | undefined;
  return typeof data?.content === 'string' ? data.content : undefined;
}
