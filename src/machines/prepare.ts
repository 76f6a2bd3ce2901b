/** Making sure that a place is a remote of this dimension, or may become one. */
import { dirname, isAbsolute, join, relative } from 'node:path';
import {
  AltError,
  entriesOf,
  makeFolderDurably,
  printDimensionFile,
  replaceFile,
  systemError,
  type Files,
} from '../../events/index.js';
import type { Session } from '../session.js';
import { EncryptedRemote } from './encrypted-remote.js';
import { logFolderOf } from './log-source.js';
import { remoteOf, type RemotePlace } from './remote-of.js';
import {
  assertSameDimension,
  DIMENSION_OBJECT,
  identityOf,
  KEY_OBJECT,
  type Remote,
  type RemoteObject,
} from './remote.js';

/**
 * Makes an empty place a remote of this dimension.
 *
 * @throws {AltError} INVALID_ARGUMENT when something else is there; OTHER_DIMENSION; UNAVAILABLE
 */
export async function prepareRemote(session: Session, place: RemotePlace): Promise<void> {
  const { store } = session;
  if (place.kind === 'folder') prepareFolder(session, place.location);
  const remote = remoteTo(session, place);
  const objects = await remote.list();
  const identity = await identityOf(remote, objects);
  if (identity) {
    assertSameDimension(store.identity, identity, place.location);
    return;
  }
  if (hasOthers(place, objects)) {
    throw new AltError('INVALID_ARGUMENT', `${place.location} holds other files.`, {
      hint: 'Name an empty place, or one that does not exist yet.',
    });
  }
  if (remote instanceof EncryptedRemote) await remote.prepare(makeKeyFile(session.files));
  const text = printDimensionFile(store.identity);
  const stamp = await remote.put(DIMENSION_OBJECT, Buffer.from(text));
  // Somebody was faster: whose it is now is found out.
  if (stamp === undefined) await prepareRemote(session, place);
}

const makeKeyFile =
  (files: Files) =>
  (path: string, text: string): void => {
    makeFolderDurably(files, dirname(path));
    replaceFile(files, path, text);
  };

/** In a folder, what a syncer keeps for itself is not in the way. */
function hasOthers({ kind, location }: RemotePlace, objects: readonly RemoteObject[]): boolean {
  // A key that a killed attempt left is used on; an encrypted remote does not list it.
  if (kind !== 'folder') return objects.length > 0;
  return entriesOf(location).some(({ name }) => !name.startsWith('.') && name !== KEY_OBJECT);
}

function prepareFolder({ files, store }: Session, location: string): void {
  const inside = relative(store.folder, location);
  if (!inside.startsWith('..') && !isAbsolute(inside)) {
    throw new AltError('INVALID_ARGUMENT', `${location} lies in the dimension itself.`, {
      hint: 'Name a folder of its own: what lies within goes when the dimension goes.',
    });
  }
  if (!files.stat(location)) makeRemoteFolder(files, location);
  if (logFolderOf(files, location) !== undefined || files.stat(join(location, 'live.json'))) {
    throw new AltError('INVALID_ARGUMENT', `${location} is a dimension itself, not a remote.`, {
      hint: 'Ship to a folder of its own; to take in that dimension once: "alt merge DIR".',
    });
  }
}

function makeRemoteFolder(files: Files, location: string): void {
  // Only the last folder is made: what is above it may be a stick that is not plugged in.
  if (!files.stat(join(location, '..'))) {
    throw new AltError('UNAVAILABLE', `There is nothing at ${join(location, '..')}.`, {
      hint: 'Is the stick plugged in, the share mounted?',
    });
  }
  try {
    makeFolderDurably(files, location);
  } catch (error) {
    throw systemError(error, `Making ${location}`);
  }
}

export function remoteTo({ files, store, system }: Session, place: RemotePlace): Remote {
  return remoteOf(place, { files, machine: `${system.hostId()}:${store.folder}` });
}
