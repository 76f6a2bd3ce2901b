/**
 * What a log is shipped over: a place that holds named objects and knows nothing of what they are.
 * Names are `dimension.json` and those of parts; whatever else lies there is refused by its name.
 * Folders, object stores and other machines all look like this from here.
 */
import { AltError, parseDimensionFile, type DimensionIdentity } from '../../events/index.js';

export interface RemoteObject {
  readonly name: string;
  readonly sizeBytes: number;
  /** Changes whenever the object does. */
  readonly stamp: string;
  /** Why it must not be read, where it must not. */
  readonly refused?: string;
}

export interface Remote {
  /** For people: a path, an address. */
  readonly location: string;
  /** @throws {AltError} UNAVAILABLE when nothing can be reached there */
  list(): Promise<RemoteObject[]>;
  /** @returns at most `sizeBytesMax` bytes; undefined when it is no longer there. */
  get(name: string, sizeBytesMax: number): Promise<Buffer | undefined>;
  /**
   * Makes an object appear whole, in place of what stood under that name.
   *
   * @param replaces the stamp of what is to be replaced; absent when nothing was there
   * @returns its stamp; undefined where something else stands there by now, which is left alone. A
   *   folder cannot tell.
   * @throws {AltError} READ_ONLY, DISK_FULL, IO_FAILED, UNAVAILABLE
   */
  put(name: string, bytes: Buffer, replaces?: string): Promise<string | undefined>;
}

/** More is no remote of ours, and would only fill the memory. */
export const OBJECTS_MAX = 200_000;

export const DIMENSION_OBJECT = 'dimension.json';
/** Of an encrypted remote: its key, under a passphrase. */
export const KEY_OBJECT = 'key.age';
/** Of each of the two. */
export const DIMENSION_BYTES_MAX = 4096;

/**
 * Which dimension a remote holds; undefined when it says nothing of it.
 *
 * @throws {AltError} INVALID_ARGUMENT when what it says is no dimension file
 */
export async function identityOf(
  remote: Remote,
  objects: readonly RemoteObject[],
): Promise<DimensionIdentity | undefined> {
  const object = objects.find(({ name }) => name === DIMENSION_OBJECT);
  if (!object) return undefined;
  const isReadable = object.refused === undefined && object.sizeBytes <= DIMENSION_BYTES_MAX;
  const bytes = isReadable ? await remote.get(DIMENSION_OBJECT, DIMENSION_BYTES_MAX) : undefined;
  const identity = bytes && parseDimensionFile(bytes.toString('utf8'));
  if (identity) return identity;
  if (bytes?.toString('utf8').startsWith('age-encryption.org/') === true) {
    throw new AltError('INVALID_ARGUMENT', `${remote.location} is encrypted.`, {
      hint: 'Name its key with --encrypt-key FILE, or its passphrase with --passphrase-env NAME.',
    });
  }
  throw new AltError(
    'INVALID_ARGUMENT',
    `What ${remote.location} says of its dimension cannot be read.`,
    { hint: 'A transfer may be under way: try again later, or look at its dimension.json.' },
  );
}

/** @throws {AltError} OTHER_DIMENSION */
export function assertSameDimension(
  ours: DimensionIdentity,
  theirs: DimensionIdentity,
  location: string,
): void {
  if (ours.id === theirs.id && ours.key.equals(theirs.key)) return;
  throw otherDimension(location);
}

export function otherDimension(location: string): AltError {
  return new AltError('OTHER_DIMENSION', `${location} holds another dimension.`, {
    hint: 'Two that should be one: see "alt merge DIR --adopt". Nothing was taken in.',
  });
}
