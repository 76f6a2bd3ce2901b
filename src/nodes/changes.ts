/**
 * The events that keep cross-references true to what they refer to. They go into the same commit
 * as the change that makes them necessary, so that nothing is quoted that is gone.
 */
import {
  entityById,
  formatNodeLine,
  nodePacks,
  nodeSources,
  parseNodeLine,
  type Db,
  type EntityRow,
  type NodeSourceRow,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import type { Session } from '../session.js';
import { buildNodeLines } from './build.js';
import { sourceGroups, type FiledPart, type SourceGroup } from './sources.js';

/** Rises whenever the same parts would give other lines. */
const NODES_VERSION = 2;

type NodesBuilt = Extract<NewEvent, { type: 'NodesBuilt' }>;

/** The event that takes the nodes of a source away. */
export function nodesPurged({
  stream,
  sourceFile,
}: Pick<NodeSourceRow, 'stream' | 'sourceFile'>): NewEvent {
  return { type: 'NodesPurged', stream, data: { source_file: sourceFile } };
}

/** The part of a source in the realm where most of it is filed, and where exactly most of that. */
export interface PlacedSource {
  readonly sourceFile: string;
  readonly realm: string;
  readonly domain: string;
  readonly date: string | undefined;
  /** At least one. */
  readonly parts: readonly FiledPart[];
}

export function placed({ sourceFile, parts }: SourceGroup): PlacedSource | undefined {
  const realm = mostFrequent(parts.map((part) => part.realm));
  if (realm === undefined) return undefined;
  const own = parts.filter((part) => part.realm === realm);
  const domain = mostFrequent(own.map((part) => part.domain)) ?? '';
  return { sourceFile, realm, domain, date: own[0]?.date, parts: own };
}

/** Of equals the first by name. */
function mostFrequent(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0];
}

/** The event that gives a source those lines. */
export function nodesBuilt(
  stream: string,
  source: PlacedSource,
  built: { readonly lines: string[]; readonly generatedBy?: string | undefined },
): NodesBuilt {
  const { sourceFile, realm, domain, date } = source;
  return {
    type: 'NodesBuilt',
    stream,
    data: {
      source_file: sourceFile,
      realm,
      domain,
      lines: built.lines,
      generated_by: built.generatedBy,
      date,
      normalize_version: NODES_VERSION,
    },
  };
}

/** Builds the nodes of a source from its parts; none when they are like that already. */
export function rebuildEvents(db: Db, group: SourceGroup): NewEvent[] {
  const before = nodesOfStream(db, group);
  const source = placed(group);
  if (!source) return before ? [nodesPurged(before)] : [];
  const event = nodesBuilt(group.stream, source, { lines: buildNodeLines(source) });
  return before && isLike(db, before, event) ? [] : [event];
}

function nodesOfStream(db: Db, { stream, sourceFile }: SourceGroup): NodeSourceRow | undefined {
  return nodeSources(db, sourceFile).find((row) => row.stream === stream);
}

function linesOf(db: Db, stream: string): string[] {
  return nodePacks(db, stream).flatMap((pack) => pack.split('\n'));
}

function isLike(db: Db, before: NodeSourceRow, { data }: NodesBuilt): boolean {
  return (
    before.realm === data.realm &&
    before.domain === data.domain &&
    before.date === (data.date ?? null) &&
    before.generatedBy === (data.generated_by ?? null) &&
    before.normalizeVersion === data.normalize_version &&
    linesOf(db, before.stream).join('\n') === data.lines.join('\n')
  );
}

/**
 * What a change of memories means for the nodes of their sources. `changes` gives every memory that
 * changes, by id, as it was and as it will be: undefined for one that will be gone.
 */
export function nodeEventsAfter(
  session: Session,
  db: Db,
  changes: readonly { readonly before: EntityRow; readonly after: EntityRow | undefined }[],
): NewEvent[] {
  const after = new Map(changes.map((change) => [change.before.id, change.after]));
  const files = new Set(changes.map(({ before }) => before.sourceFile).filter((file) => file));
  return [...files].flatMap((sourceFile) => {
    const built = nodeSources(db, sourceFile);
    const groups = sourceGroups(session, { db, sourceFile, changes: after });
    const streams = new Set(groups.map(({ stream }) => stream));
    const gone = built.filter(({ stream }) => !streams.has(stream)).map(nodesPurged);
    const events = groups.flatMap((group) => {
      const before = built.find(({ stream }) => stream === group.stream);
      if (!before && !group.isMined) return [];
      const isGenerated = before?.generatedBy !== null && before !== undefined;
      return isGenerated ? prunedEvents(db, before, group) : rebuildEvents(db, group);
    });
    return [...gone, ...events];
  });
}

/** Lines that a model wrote are kept as far as what they point to is still there as it was. */
function prunedEvents(db: Db, before: NodeSourceRow, group: SourceGroup): NewEvent[] {
  const source = placed(group);
  if (!source) return [nodesPurged(before)];
  const contentOf = new Map(source.parts.map(({ id, content }) => [id, content]));
  const isSame = (id: string): boolean => contentOf.get(id) === entityById(db, id)?.content;
  const lines = linesOf(db, before.stream).flatMap((line) => {
    const parsed = parseNodeLine(line);
    const ids = parsed.ids.filter(isSame);
    return ids.length > 0 ? [formatNodeLine({ ...parsed, ids })] : [];
  });
  if (lines.length === 0) return rebuildEvents(db, group);
  const { generatedBy } = before;
  const event = nodesBuilt(group.stream, source, { lines, generatedBy: generatedBy ?? undefined });
  return isLike(db, before, event) ? [] : [event];
}
