/**
 * A new copy of a dimension on this machine. It is made beside its place and appears there whole; a
 * clone that was killed is gone on with by the next one.
 */
import { dirname, join } from 'node:path';
import {
  AltError,
  makeFolderDurably,
  parseDimensionFile,
  readText,
  systemError,
  writeDimensionFile,
  type DimensionIdentity,
  type Files,
  type System,
} from '../../events/index.js';
import { remoteOf, type RemotePlace } from './remote-of.js';
import { DIMENSION_OBJECT, identityOf } from './remote.js';

export interface ClonePlace {
  readonly files: Files;
  readonly system: System;
  /** Where the dimension is to be. */
  readonly path: string;
}

/**
 * Makes the folder beside, with the identity of what is cloned.
 *
 * @returns its path.
 * @throws {AltError} ALREADY_EXISTS when the place is not empty; NOT_FOUND, UNAVAILABLE when
 *   nothing can be cloned from there
 */
export async function beginClone(place: ClonePlace, from: RemotePlace): Promise<string> {
  const { files, system, path } = place;
  assertEmpty(files, path);
  const { location } = from;
  const remote = remoteOf(from, { files, machine: `${system.hostId()}:${path}` });
  const identity = await identityOf(remote, await remote.list());
  if (!identity) {
    throw new AltError('NOT_FOUND', `${location} is no remote of a dimension.`, {
      hint: 'A remote holds dimension.json; a syncer may not have brought it yet.',
    });
  }
  return makeBeside(files, path, identity);
}

function assertEmpty(files: Files, path: string): void {
  if (files.list(path).length === 0) return;
  throw new AltError('ALREADY_EXISTS', `${path} is not empty.`, {
    hint: 'Name a folder that does not exist yet.',
  });
}

function makeBeside(files: Files, path: string, identity: DimensionIdentity): string {
  const beside = `${path}.cloning`;
  try {
    const begun = parseDimensionFile(readText(join(beside, DIMENSION_OBJECT)) ?? '');
    if (begun?.id === identity.id && begun.key.equals(identity.key)) return beside;
    if (!begun && files.list(beside).length > 0) throw inTheWay(beside);
    files.remove(beside);
    makeFolderDurably(files, beside);
    writeDimensionFile(files, beside, identity);
    return beside;
  } catch (error) {
    throw systemError(error, `Making ${beside}`);
  }
}

/** What holds no dimension was begun by no clone. */
function inTheWay(beside: string): AltError {
  return new AltError('ALREADY_EXISTS', `${beside} is in the way.`, {
    hint: 'Move it, or clone into another folder.',
  });
}

/** Puts what was made beside in its place. Nothing in it may be open. */
export function finishClone({ files, path }: ClonePlace, beside: string): void {
  assertEmpty(files, path);
  try {
    // What stands there is an empty folder at most.
    files.remove(path);
    files.rename(beside, path);
    files.syncFolder(dirname(path));
  } catch (error) {
    throw systemError(error, `Putting the clone at ${path}`);
  }
}

/** Leaves nothing behind of a clone that nothing came of. */
export function dropClone({ files }: ClonePlace, beside: string): void {
  files.remove(beside);
}
