/** The remotes of a dimension: named, listed, forgotten; and how each is reached. */
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { AltError, explained, FileLock, readDimensionFile } from '../../events/index.js';
import { heldBeyond } from '../../projections/index.js';
import { toIso } from '../entity.js';
import type { Session } from '../session.js';
import { Incoming } from './incoming.js';
import { logFolderOf, LogSource } from './log-source.js';
import { prepareRemote, remoteTo } from './prepare.js';
import { isEncrypted, placeOf, type RemoteOptions } from './remote-of.js';
import {
  assertSameDimension,
  DIMENSION_OBJECT,
  identityOf,
  otherDimension,
  type Remote,
} from './remote.js';
import { readRemotes, writeRemotes, type RemoteChoice } from './remotes-file.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A remote and how far this machine is ahead of it. */
export interface RemoteStatus {
  readonly name: string;
  readonly kind: RemoteChoice['kind'];
  readonly location: string;
  /** Whether what lies there was encrypted before it left. */
  readonly encrypted: boolean;
  /** Events that are held here and were not shipped there yet, as far as is known here. */
  readonly unshipped: number;
  /** When the oldest of them was written; null for none. */
  readonly unshipped_since: string | null;
  readonly last_push: string | null;
  readonly last_pull: string | null;
  /** Parts that arrived from there and wait in incoming/. */
  readonly waiting: number;
}

/** Every remote, by name; nothing is asked of the remotes themselves. */
export async function remotesStatus(session: Session): Promise<RemoteStatus[]> {
  const { store, files } = session;
  const remotes = Object.entries(readRemotes(store.folder));
  const waiting = remotes.length === 0 ? [] : new Incoming(files, store.folder).list();
  return store.read((db) =>
    remotes.sort(byName).map(([name, choice]) => {
      const { events, sinceMs } = heldBeyond(db, choice.shipped);
      return {
        name,
        kind: choice.kind,
        location: choice.location,
        encrypted: isEncrypted(choice),
        unshipped: events,
        unshipped_since: timeOf(sinceMs),
        last_push: timeOf(choice.pushedMs),
        last_pull: timeOf(choice.pulledMs),
        waiting: waiting.filter(({ source }) => source === name).length,
      };
    }),
  );
}

const timeOf = (ms: number | undefined): string | null => (ms === undefined ? null : toIso(ms));
const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;

/**
 * Names a place as a remote, and makes it one if nothing is there.
 *
 * @throws {AltError} INVALID_ARGUMENT for a bad name or a place that is no remote; ALREADY_EXISTS;
 *   OTHER_DIMENSION; UNAVAILABLE when it cannot be reached
 */
export async function addRemote(
  session: Session,
  name: string,
  given: { readonly address: string; readonly options?: RemoteOptions },
): Promise<void> {
  const { store, files } = session;
  if (!NAME.test(name)) {
    throw new AltError('INVALID_ARGUMENT', 'The name of a remote is 1 to 64 of A-Z a-z 0-9 . _ -.');
  }
  await transferring(session, async () => {
    const remotes = readRemotes(store.folder);
    if (remotes[name]) {
      throw new AltError('ALREADY_EXISTS', `There is a remote "${name}" already.`, {
        hint: `"alt remote remove ${name}" forgets it.`,
      });
    }
    const place = placeOf(given.address, given.options);
    await prepareRemote(session, place);
    writeRemotes(files, store.folder, { ...remotes, [name]: { ...place, shipped: {} } });
  });
}

/** @throws {AltError} NOT_FOUND */
export async function removeRemote(session: Session, name: string): Promise<void> {
  const { store, files } = session;
  await transferring(session, () => {
    const { [name]: removed, ...others } = readRemotes(store.folder);
    if (!removed) throw noRemote(name);
    writeRemotes(files, store.folder, others);
    files.remove(join(store.folder, 'cache', 'remotes', `${name}.json`));
    return Promise.resolve();
  });
}

export function noRemote(name: string): AltError {
  return new AltError('NOT_FOUND', `There is no remote "${name}".`, {
    hint: '"alt remote list" shows them, "alt remote add NAME PATH" makes one.',
  });
}

/** Something to merge: a dimension, its log, or a remote folder. */
export interface MergeSource {
  readonly remote: Remote;
  /** Under which name what waits of it is kept. */
  readonly name: string;
}

/** @throws {AltError} NOT_FOUND, OTHER_DIMENSION, INVALID_ARGUMENT, DIMENSION_DAMAGED, … */
export async function mergeSource(session: Session, path: string): Promise<MergeSource> {
  const { files, store } = session;
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  const name = `merge-${hash}`;
  if (!files.stat(path)) throw new AltError('NOT_FOUND', `There is nothing at ${path}.`);
  const folder = logFolderOf(files, path);
  if (folder !== undefined) {
    const remote = new LogSource(files, folder);
    const isBareLog = basename(path) === 'log' && !files.stat(join(folder, DIMENSION_OBJECT));
    const identity = isBareLog ? undefined : readDimensionFile(files, folder);
    if (identity) assertSameDimension(store.identity, identity, path);
    // Without the file the segments say whose they are.
    else if (remote.dimensionId() !== store.identity.id) throw otherDimension(path);
    return { remote, name };
  }
  const remote = remoteTo(session, { kind: 'folder', location: path });
  const identity = await identityOf(remote, await remote.list());
  if (!identity) {
    throw new AltError('NOT_FOUND', `${path} is no dimension, no log and no remote.`, {
      hint: 'Name the folder that holds dimension.json.',
    });
  }
  assertSameDimension(store.identity, identity, path);
  return { remote, name };
}

/** One transfer of a dimension at a time, also between processes. */
export async function transferring<Result>(
  { store, files }: Session,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = new FileLock(join(store.folder, 'ship.lock.db'), { files, label: 'transfer' });
  try {
    const release = await lock.acquire();
    try {
      return await work();
    } catch (error) {
      throw explained(error, 'The transfer');
    } finally {
      release();
    }
  } finally {
    lock.close();
  }
}
