/**
 * Memories of one source that say the same: the oldest stays. Sources are never compared with each
 * other, and what has no source is no group: whoever files a text by hand twice may mean it.
 */
import { setImmediate } from 'node:timers/promises';
import { AltError, isAltError } from '../../events/index.js';
import {
  contentHash,
  entityById,
  membersOfSource,
  sourceGroups,
  type EmbeddingCache,
  type EntityRow,
  type Place,
  type SourceMember,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { filterName, matchesNothing } from '../names.js';
import { nodeEventsAfter } from '../nodes/changes.js';
import { change, type Session } from '../session.js';
import { checkInteger, checkLabel } from '../values.js';
import type { Embedding } from '../vectors/embedding.js';

export interface DedupOptions {
  /** Similarity from which a later memory goes, 0–1; 0.9 when absent. */
  readonly threshold?: number | undefined;
  /** Only say what would go; true when absent. */
  readonly dryRun?: boolean | undefined;
  /** Only sources whose name holds this text, whatever the case. */
  readonly source?: string | undefined;
  /** Only sources with at least so many memories; 5 when absent. */
  readonly minCount?: number | undefined;
  readonly realm?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Deduplicated {
  readonly sources: number;
  readonly kept: string[];
  /** Later ones that said the same; with `dry_run` they are still there. */
  readonly deleted: string[];
  readonly dry_run: boolean;
  /** Set when only equal texts could be told. */
  readonly vector_disabled?: true;
  readonly warnings: string[];
}

interface Context {
  readonly session: Session;
  readonly embedding: Embedding;
}

/** @throws {AltError} INVALID_ARGUMENT; CANCELLED — what was deleted by then stays so */
export async function dedup(context: Context, options: DedupOptions = {}): Promise<Deduplicated> {
  const { dryRun = true, signal } = options;
  const threshold = checkThreshold(options.threshold ?? 0.9);
  const { session } = context;
  const groups = await groupsFor(session, options);
  const { cache, warnings } = await vectorsOf(context);
  const kept: string[] = [];
  const deleted: string[] = [];
  for (const group of groups) {
    const found = await compareSource(session, group, { cache, threshold, signal });
    kept.push(...found.kept.map(({ id }) => id));
    deleted.push(
      ...(dryRun ? found.twins.map(({ twin }) => twin.id) : await remove(session, found.twins)),
    );
  }
  const isBlind = cache === undefined && { vector_disabled: true as const };
  return { sources: groups.length, kept, deleted, dry_run: dryRun, ...isBlind, warnings };
}

function checkThreshold(threshold: number): number {
  if (threshold >= 0 && threshold <= 1) return threshold;
  throw new AltError('INVALID_ARGUMENT', 'threshold must be a number from 0 to 1.');
}

interface Group {
  readonly sourceFile: string;
  readonly place: Place;
}

async function groupsFor(session: Session, options: DedupOptions): Promise<Group[]> {
  const bounds = { what: 'minCount', min: 1, max: Number.MAX_SAFE_INTEGER };
  const least = checkInteger(options.minCount ?? 5, bounds);
  const part = checkLabel(options.source, 'source').toLowerCase();
  const realm = filterName(options.realm);
  if (matchesNothing(realm)) return [];
  const groups = await session.store.read((db) => sourceGroups(db, { realm }, least));
  return groups
    .filter(({ sourceFile }) => sourceFile.toLowerCase().includes(part))
    .map(({ sourceFile }) => ({ sourceFile, place: { realm } }));
}

/** The vectors of every memory, embedded now where they are missing. */
async function vectorsOf({
  embedding,
}: Context): Promise<{ readonly cache: EmbeddingCache | undefined; readonly warnings: string[] }> {
  try {
    const left = await embedding.healing(() => embedding.drain());
    const { cache } = await embedding.space();
    const wait = `${String(left)} passages have no vector yet and are only compared word by word.`;
    return { cache, warnings: left > 0 ? [wait] : [] };
  } catch (error) {
    if (!isAltError(error, 'UNAVAILABLE') && !isAltError(error, 'EMBEDDING_FAILED')) throw error;
    return { cache: undefined, warnings: [`Only equal texts were looked for: ${error.message}`] };
  }
}

/** A later memory, and the one that is kept and says the same. */
interface Twin {
  readonly twin: SourceMember;
  readonly of: SourceMember;
}

interface Comparison {
  readonly cache: EmbeddingCache | undefined;
  readonly threshold: number;
  readonly signal?: AbortSignal | undefined;
}

async function compareSource(
  session: Session,
  { sourceFile, place }: Group,
  { cache, threshold, signal }: Comparison,
): Promise<{ readonly kept: readonly SourceMember[]; readonly twins: readonly Twin[] }> {
  const members = await session.store.read((db) => membersOfSource(db, sourceFile, place));
  const kept: { readonly member: SourceMember; readonly vectors: readonly Float32Array[] }[] = [];
  const twins: Twin[] = [];
  for (const member of members) {
    if (signal?.aborted === true) throw new AltError('CANCELLED', 'The comparison was stopped.');
    const vectors = member.passages.flatMap((hash) => {
      const vector = cache?.get(hash);
      return vector instanceof Float32Array ? [vector] : [];
    });
    const same = kept.find((other) => {
      if (other.member.contentHash.equals(member.contentHash)) return true;
      const isWhole = vectors.length > 0 && vectors.length === member.passages.length;
      return isWhole && similarity(vectors, other.vectors) >= threshold;
    });
    if (same) twins.push({ twin: member, of: same.member });
    else kept.push({ member, vectors });
    // A large source takes a while: others get their turn.
    await setImmediate();
  }
  return { kept: kept.map(({ member }) => member), twins };
}

/** Mean over the passages of the one of their best match in the other; -1 where that has none. */
function similarity(passages: readonly Float32Array[], others: readonly Float32Array[]): number {
  if (others.length === 0) return -1;
  const best = passages.map((passage) => Math.max(...others.map((other) => dot(passage, other))));
  return Math.max(0, best.reduce((sum, cosine) => sum + cosine, 0) / passages.length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

/** @returns the ids of those where both still said what was compared. */
async function remove(session: Session, twins: readonly Twin[]): Promise<string[]> {
  const batch = session.system.randomBytes(16);
  return change(session, {
    batch,
    decide(db) {
      const asCompared = ({ id, contentHash: compared }: SourceMember): EntityRow[] => {
        const row = entityById(db, id);
        return row && contentHash(row.content).equals(compared) ? [row] : [];
      };
      const same = twins.flatMap(({ twin, of }) => {
        return asCompared(of).length > 0 ? asCompared(twin) : [];
      });
      const events = same.map(({ id, stream }): NewEvent => {
        return { type: 'EntityDeleted', stream, data: { entity_id: id, reason: 'dedup' } };
      });
      const gone = same.map((before) => ({ before, after: undefined }));
      const nodes = nodeEventsAfter(session, db, gone);
      return { events: [...events, ...nodes], result: same.map(({ id }) => id) };
    },
  });
}
