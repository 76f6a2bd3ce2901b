/** A dimension made again from a backup, as it was at a point: beside its place, then put there. */
import { dirname, join } from 'node:path';
import {
  AltError,
  entriesOf,
  explained,
  makeFolderDurably,
  nodeFiles,
  systemError,
  writeDimensionFile,
  type DimensionIdentity,
} from '../events/index.js';
import { countEvents } from '../projections/index.js';
import { encodeCursor } from './cursor.js';
import {
  copyPrefix,
  eraseAgain,
  prefixAt,
  proveRestored,
  restoreSource,
  takeWhole,
  type Prefix,
  type RestoreSource,
  type RestoreWork,
} from './machines/restore.js';
import { Opening, resolvePath, type DimensionOptions } from './opening.js';
import { realSystem } from './system.js';

export interface RestoreOptions extends RestoreWork, Pick<DimensionOptions, 'actor' | 'onWarning'> {
  /** A backup, a remote folder, or a dimension. */
  readonly from: string;
  /** The folder of the new dimension: it does not exist yet, or is empty. */
  readonly into: string;
  /** A moment, an event or a cursor, as for `known_at`; everything when absent. */
  readonly to?: string | undefined;
}

export interface Restored {
  readonly path: string;
  /** The cursor of what was restored. */
  readonly known_at: string;
  /** In the new dimension, what {@link Restored.erasures} counts among them. */
  readonly events: number;
  /** Erasures of a later time that hold in it as well. */
  readonly erasures: number;
}

/** Everything that is made beside the place; nothing else may lie there. */
const WHOLE = 'whole';
const RESTORED = 'restored';

/**
 * Makes a dimension that holds exactly what was known at a point, and proves it. It has the id of
 * the one it came from and writes under a replica id of its own, so that the two can be merged
 * again. What the backup knows to be erased later is erased in it too.
 *
 * @throws {AltError} ALREADY_EXISTS when the place is not empty; NOT_FOUND when there is no backup,
 *   or nothing was known yet; INVALID_ARGUMENT; LOG_DAMAGED when the backup is not whole — nothing
 *   appears in the place then
 */
export async function restoreDimension(options: RestoreOptions): Promise<Restored> {
  const path = resolvePath(options.into);
  assertEmpty(path);
  const machine = `${realSystem.hostId()}:${path}`;
  const source = await sourceOf(resolvePath(options.from), machine);
  const beside = `${path}.restoring`;
  clear(beside);
  try {
    const whole = openAt(options, prepare(join(beside, WHOLE), source.identity));
    const made = openAt(options, prepare(join(beside, RESTORED), source.identity));
    const done = await restore({ whole, made, source }, options).finally(async () => {
      await whole.close();
      await made.close();
    });
    putInPlace(join(beside, RESTORED), path);
    return { path, ...done };
  } finally {
    clear(beside);
  }
}

async function sourceOf(from: string, machine: string): Promise<RestoreSource> {
  try {
    return await restoreSource(nodeFiles, from, machine);
  } catch (error) {
    throw explained(error, `Reading ${from}`);
  }
}

function assertEmpty(path: string): void {
  if (nodeFiles.list(path).length === 0) return;
  throw new AltError('ALREADY_EXISTS', `${path} is not empty.`, {
    hint: 'Name a folder that does not exist yet.',
  });
}

/** Removes what a restore made beside the place; one that was killed may have left it. */
function clear(beside: string): void {
  if (!nodeFiles.stat(beside)) return;
  if (!entriesOf(beside).every((entry) => isOurs(beside, entry))) {
    throw new AltError('ALREADY_EXISTS', `${beside} is in the way.`, {
      hint: 'Move it, or restore into another folder.',
    });
  }
  nodeFiles.remove(beside);
}

/** What {@link prepare} begins with, and nothing else. */
function isOurs(beside: string, { name, kind }: { name: string; kind: string }): boolean {
  if (kind !== 'folder' || (name !== WHOLE && name !== RESTORED)) return false;
  const names = nodeFiles.list(join(beside, name));
  return names.length === 0 || names.includes('dimension.json');
}

function prepare(folder: string, identity: DimensionIdentity): string {
  try {
    makeFolderDurably(nodeFiles, folder);
    writeDimensionFile(nodeFiles, folder, identity);
    return folder;
  } catch (error) {
    throw systemError(error, `Making ${folder}`);
  }
}

const openAt = ({ actor, onWarning }: RestoreOptions, path: string): Opening =>
  new Opening({ path, actor, onWarning, aaakCache: false });

async function restore(
  places: { readonly whole: Opening; readonly made: Opening; readonly source: RestoreSource },
  options: RestoreOptions,
): Promise<Omit<Restored, 'path'>> {
  const [from, to] = [places.whole.opened().session, places.made.opened().session];
  const { signal } = options;
  await takeWhole(from, places.source.remote, { signal });
  const prefix: Prefix = await prefixAt(from, options.to);
  await copyPrefix(from, to, { ...options, prefix });
  const erasures = await eraseAgain(from, to, prefix);
  await proveRestored(to, { signal });
  const { total: events } = await to.store.read(countEvents);
  return { known_at: encodeCursor(prefix.vector), events, erasures };
}

/** Nothing in it may be open. */
function putInPlace(made: string, path: string): void {
  assertEmpty(path);
  try {
    // What stands there is an empty folder at most.
    nodeFiles.remove(path);
    nodeFiles.rename(made, path);
    nodeFiles.syncFolder(dirname(path));
  } catch (error) {
    throw systemError(error, `Putting the dimension at ${path}`);
  }
}
