/** The cross-references as they are listed and as they are written beside the views. */
import { createHash } from 'node:crypto';
import { encodeJson } from '../../events/index.js';
import {
  nodePacks,
  nodeSources,
  parseNodeLine,
  type Db,
  type NodeSourceRow,
} from '../../projections/index.js';
import { toIso } from '../entity.js';
import { groupBy } from '../group-by.js';
import type { Session } from '../session.js';
import { checkShape } from '../values.js';

/** A pack of lines about one source file. */
export interface StoredNode {
  /** `node_`, 24 hex digits for the place and the file, `_01` for the first pack. */
  readonly id: string;
  /** Lines `topic|Name;Name|→id,id`, some with `|date:L<first>-L<last>` before the ids. */
  readonly content: string;
  readonly source_file: string;
  readonly realm: string;
  readonly domain: string;
  readonly created_at: string;
  readonly metadata: NodeMetadata;
}

export interface NodeMetadata {
  readonly source_file: string;
  readonly realm: string;
  readonly domain: string;
  readonly filed_at: string;
  /** `llm:<model>` for what a model wrote. */
  readonly generated_by?: string;
  /** The names that stand in the lines. */
  readonly entities?: readonly string[];
  /** YYYY-MM-DD. */
  readonly date?: string;
  readonly normalize_version: number;
}

/**
 * The nodes of one source file or of all, by place and file.
 *
 * @throws {AltError} INVALID_ARGUMENT
 */
export async function listNodes(session: Session, sourceFile?: string): Promise<StoredNode[]> {
  if (sourceFile !== undefined) checkShape(sourceFile, 'text', 'source_file');
  return session.store.read((db) => nodesOf(db, nodeSources(db, sourceFile)));
}

/** Where a source was mined in two ways, its packs are numbered on. */
function nodesOf(db: Db, sources: readonly NodeSourceRow[]): StoredNode[] {
  const bases = groupBy(sources, baseOf);
  return [...bases].flatMap(([base, rows]) => {
    const packs = rows.flatMap((row) => nodePacks(db, row.stream).map((pack) => ({ row, pack })));
    return packs.map(({ row, pack }, index) => {
      return toNode(`${base}_${String(index + 1).padStart(2, '0')}`, row, pack);
    });
  });
}

function baseOf({ realm, domain, sourceFile }: NodeSourceRow): string {
  return `node_${sha256(`${realm}|${domain}|${sourceFile}`).slice(0, 24)}`;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function toNode(id: string, row: NodeSourceRow, content: string): StoredNode {
  const { sourceFile: source_file, realm, domain, generatedBy, date } = row;
  const place = { source_file, realm, domain };
  const created = toIso(row.builtMs);
  const names = new Set(content.split('\n').flatMap((line) => parseNodeLine(line).names));
  const metadata = {
    ...place,
    filed_at: created,
    ...(generatedBy !== null && { generated_by: generatedBy }),
    ...(names.size > 0 && { entities: [...names] }),
    ...(date !== null && { date }),
    normalize_version: row.normalizeVersion,
  };
  return { id, content, ...place, created_at: created, metadata };
}

/** One file of the `nodes/` folder. */
export interface NodeFile {
  /** The first two hex digits of the SHA-256 of every source file in it. */
  readonly prefix: string;
  /** MessagePack: source file -> its nodes as `{ id, content, metadata }`. */
  readonly bytes: Buffer;
}

/**
 * What the `nodes/` folder holds, a file for each two hex digits that there are nodes for. A
 * derived copy: the log is the truth.
 */
export function* nodeFiles(db: Db): Generator<NodeFile> {
  const byPrefix = groupBy(nodeSources(db), ({ sourceFile }) => sha256(sourceFile).slice(0, 2));
  for (const prefix of [...byPrefix.keys()].sort()) {
    const nodes = nodesOf(db, byPrefix.get(prefix) ?? []);
    const byFile = groupBy(nodes, ({ source_file: file }) => file);
    const packed = [...byFile].map(([file, packs]): [string, unknown] => {
      return [file, packs.map(({ id, content, metadata }) => ({ id, content, metadata }))];
    });
    yield { prefix, bytes: encodeJson(Object.fromEntries(packed)) };
  }
}
