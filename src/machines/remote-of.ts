/** The kinds of remotes: which one an address means, and how it is reached. */
import { AltError, type Files } from '../../events/index.js';
import { resolvePath } from '../opening.js';
import { EncryptedRemote } from './encrypted-remote.js';
import { FolderRemote } from './folder-remote.js';
import { HttpRemote } from './http-remote.js';
import type { Remote } from './remote.js';
import { S3Remote } from './s3-remote.js';

export const REMOTE_KINDS = ['folder', 's3', 'http'] as const;
export type RemoteKind = (typeof REMOTE_KINDS)[number];

/** How a remote is reached. It is written down as it is: no secret belongs in it. */
export interface RemoteOptions {
  /** Of S3-compatible storage that is not Amazon's: where its server is. */
  readonly endpoint?: string | undefined;
  /** Of S3. */
  readonly region?: string | undefined;
  /** Of another machine: the file that holds the token, … */
  readonly tokenFile?: string | undefined;
  /** … or the variable; `ALT_REMOTE_TOKEN` when neither is named. */
  readonly tokenEnv?: string | undefined;
  /** Of another machine: plain http:// also to where others may listen. */
  readonly insecureHttp?: boolean | undefined;
  /** Encrypts all that leaves this machine: a file with an age key, … */
  readonly keyFile?: string | undefined;
  /** … or the variable that holds a passphrase. */
  readonly passphraseEnv?: string | undefined;
}

/** A remote as it is remembered. */
export interface RemotePlace {
  readonly kind: RemoteKind;
  readonly location: string;
  readonly options?: RemoteOptions | undefined;
}

export interface RemoteContext {
  readonly files: Files;
  /** Names this copy of the dimension among all that write to the remote. */
  readonly machine: string;
}

/** Options that name files: they are remembered by their whole paths. */
const FILES: readonly string[] = ['tokenFile', 'keyFile'];
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const KIND_OF_SCHEME: Readonly<Record<string, RemoteKind>> = {
  s3: 's3',
  http: 'http',
  https: 'http',
};

/**
 * What an address names: `s3://bucket/prefix`, `https://host`, or else a folder.
 *
 * @throws {AltError} INVALID_ARGUMENT for another scheme, or with a user or password in it
 */
export function placeOf(address: string, options: RemoteOptions = {}): RemotePlace {
  const kind = kindOf(address);
  if (options.keyFile !== undefined && options.passphraseEnv !== undefined) {
    throw new AltError('INVALID_ARGUMENT', 'A remote is encrypted by a key or by a passphrase.');
  }
  const files = Object.entries(options).filter(([name]) => FILES.includes(name));
  const paths = files.map(([name, file]) => [name, file && resolvePath(String(file))] as const);
  const all = Object.entries({ ...options, ...Object.fromEntries(paths) });
  const given = all.filter(([, value]) => value !== undefined);
  const stored = given.length > 0 ? { options: Object.fromEntries(given) as RemoteOptions } : {};
  if (kind === 'folder') return { kind, location: resolvePath(address), ...stored };
  if (address.includes('@')) {
    throw new AltError('INVALID_ARGUMENT', 'The address of a remote must hold no user or key.', {
      hint: 'It is written down and shown; keys come from files and the environment.',
    });
  }
  return { kind, location: address.replace(/\/+$/, ''), ...stored };
}

function kindOf(address: string): RemoteKind {
  const scheme = SCHEME.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'folder';
  const kind = KIND_OF_SCHEME[scheme];
  if (kind) return kind;
  throw new AltError('INVALID_ARGUMENT', `There are no remotes of the kind ${scheme}://.`, {
    hint: 'Name a folder, s3://bucket/prefix or https://host.',
  });
}

export function isEncrypted({ options = {} }: Pick<RemotePlace, 'options'>): boolean {
  return options.keyFile !== undefined || options.passphraseEnv !== undefined;
}

/** @throws {AltError} INVALID_ARGUMENT for an address that is none */
export function remoteOf(place: RemotePlace, context: RemoteContext): Remote {
  const storage = storageOf(place, context);
  return isEncrypted(place) ? new EncryptedRemote(storage, place.options ?? {}) : storage;
}

function storageOf({ kind, location, options = {} }: RemotePlace, context: RemoteContext): Remote {
  if (kind === 's3') return new S3Remote(location, options);
  if (kind === 'http') return new HttpRemote(location, options);
  return new FolderRemote(context.files, location, context.machine);
}
