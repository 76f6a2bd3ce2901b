/**
 * A remote whose storage learns nothing but names and sizes: every object is encrypted with age for
 * one key before it leaves, dimension.json too. The key is that of a file; or it lies in the remote
 * itself, under a passphrase, so that a passphrase is stretched once and not for every object.
 */
import { createHash } from 'node:crypto';
import type * as Age from 'age-encryption';
import { AltError, parsePartName, partSize, readText } from '../../events/index.js';
import { environmentVariable } from '../config.js';
import { passphraseIdentity, passphraseRecipient } from './passphrase.js';
import {
  DIMENSION_BYTES_MAX,
  DIMENSION_OBJECT,
  KEY_OBJECT,
  type Remote,
  type RemoteObject,
} from './remote.js';
import { sealedBodySize, sealedSizeMax } from './sealed-size.js';

export interface EncryptionOptions {
  /** A file with an age identity, AGE-SECRET-KEY-1…, as age-keygen makes it. */
  readonly keyFile?: string | undefined;
  /** The variable that holds the passphrase. */
  readonly passphraseEnv?: string | undefined;
}

interface Opened {
  readonly age: typeof Age;
  readonly identity: string;
  readonly recipient: string;
}

const IDENTITY = /^AGE-SECRET-KEY-(1|PQ-1)[A-Z0-9]+$/m;
/** Every file of age begins so. */
const MAGIC = Buffer.from('age-encryption.org/v1');
const HEADER_BYTES_MIN = 100;
const HEADER_BYTES_MAX = sealedSizeMax(0) - sealedBodySize(0);

/** Keys of this process by key.age and passphrase, whose stretching takes its time. */
const unsealed = new Map<string, string>();

const isSealed = (bytes: Uint8Array): boolean => MAGIC.equals(bytes.subarray(0, MAGIC.length));

export class EncryptedRemote implements Remote {
  readonly #inner: Remote;
  readonly #options: EncryptionOptions;
  #opened: Promise<Opened> | undefined;

  constructor(inner: Remote, options: EncryptionOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  get location(): string {
    return this.#inner.location;
  }

  async list(): Promise<RemoteObject[]> {
    const objects = await this.#inner.list();
    const seen = objects.filter(({ name }) => name !== KEY_OBJECT);
    return seen.map((object) => {
      const plainBytes = plainSizeOf(object);
      return plainBytes === undefined ? object : { ...object, sizeBytes: plainBytes };
    });
  }

  async get(name: string, sizeBytesMax: number): Promise<Buffer | undefined> {
    const bytes = await this.#inner.get(name, sealedSizeMax(sizeBytesMax));
    if (!bytes) return undefined;
    const { age, identity } = await this.#open();
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(identity);
    try {
      return Buffer.from(await decrypter.decrypt(bytes)).subarray(0, sizeBytesMax);
    } catch {
      if (name === DIMENSION_OBJECT) throw this.#notReadable(bytes);
      // As of a part that was altered: it is refused as damaged, and the next push mends it.
      return Buffer.alloc(0);
    }
  }

  async put(name: string, bytes: Buffer, replaces?: string): Promise<string | undefined> {
    const { age, recipient } = await this.#open();
    const encrypter = new age.Encrypter();
    encrypter.addRecipient(recipient);
    const sealed = Buffer.from(await encrypter.encrypt(bytes));
    return this.#inner.put(name, sealed, replaces);
  }

  /**
   * Makes what an empty remote needs: the key file if there is none, or the key in the remote.
   *
   * @throws {AltError} INVALID_ARGUMENT, UNAVAILABLE
   */
  async prepare(makeKeyFile: (path: string, text: string) => void): Promise<void> {
    const { keyFile } = this.#options;
    const age = await import('age-encryption');
    if (keyFile !== undefined) {
      if (readText(keyFile) !== undefined) return;
      makeKeyFile(keyFile, `${await age.generateIdentity()}\n`);
      return;
    }
    if ((await this.#inner.list()).some(({ name }) => name === KEY_OBJECT)) return;
    const encrypter = new age.Encrypter();
    const makeStanza = (args: string[], body: Uint8Array): Age.Stanza => new age.Stanza(args, body);
    encrypter.addRecipient(passphraseRecipient(this.#passphrase(), makeStanza));
    const sealed = await encrypter.encrypt(`${await age.generateIdentity()}\n`);
    await this.#inner.put(KEY_OBJECT, Buffer.from(sealed));
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#openKey();
    return this.#opened;
  }

  async #openKey(): Promise<Opened> {
    const age = await import('age-encryption');
    const { keyFile } = this.#options;
    const text = keyFile === undefined ? await this.#keyUnderPassphrase(age) : readText(keyFile);
    const identity = IDENTITY.exec(text ?? '')?.[0];
    try {
      if (identity === undefined) throw new Error('There is no identity.');
      return { age, identity, recipient: await age.identityToRecipient(identity) };
    } catch {
      // What the library says of it might quote it.
      throw new AltError('INVALID_ARGUMENT', `There is no age key in ${keyFile ?? KEY_OBJECT}.`, {
        hint: 'Copy the key file of the machine that made the remote; "age-keygen" makes new ones.',
      });
    }
  }

  async #keyUnderPassphrase(age: typeof Age): Promise<string> {
    const sealed = await this.#inner.get(KEY_OBJECT, sealedSizeMax(DIMENSION_BYTES_MAX));
    if (!sealed) {
      throw new AltError('INVALID_ARGUMENT', `${this.location} has no key under a passphrase.`, {
        hint: 'It is not encrypted, or with a key file: --encrypt-key FILE.',
      });
    }
    const passphrase = this.#passphrase();
    const name = createHash('sha256').update(sealed).update(passphrase).digest('hex');
    const known = unsealed.get(name);
    if (known !== undefined) return known;
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(passphraseIdentity(passphrase));
    try {
      const text = await decrypter.decrypt(sealed, 'text');
      unsealed.set(name, text);
      return text;
    } catch {
      throw this.#notReadable(sealed);
    }
  }

  #passphrase(): string {
    const { passphraseEnv = '' } = this.#options;
    const passphrase = environmentVariable(passphraseEnv);
    if (passphrase !== undefined) return passphrase;
    throw new AltError('UNAVAILABLE', `There is no passphrase in ${passphraseEnv}.`, {
      hint: 'The remote is encrypted: set the variable that was named with --passphrase-env.',
    });
  }

  #notReadable(bytes: Buffer): AltError {
    if (!isSealed(bytes)) {
      return new AltError('INVALID_ARGUMENT', `What is at ${this.location} is not encrypted.`, {
        hint: 'Encrypt to an empty place of its own; what lies here everybody there can read.',
      });
    }
    const what = this.#options.keyFile === undefined ? 'passphrase' : 'key';
    return new AltError('INVALID_ARGUMENT', `${this.location} is encrypted with another ${what}.`, {
      hint: 'Use the one of the machine that made the remote. Nothing was taken in or sent.',
    });
  }
}

/**
 * The size that is told of an object: what its name says, if so much can be in it. How long the
 * header is depends on the kind of key.
 */
function plainSizeOf({ name, sizeBytes, refused }: RemoteObject): number | undefined {
  const range = parsePartName(name);
  if (!range || refused !== undefined) return undefined;
  const needs = partSize(range);
  const headerBytes = sizeBytes - sealedBodySize(needs);
  if (headerBytes < HEADER_BYTES_MIN) return Math.max(0, needs + headerBytes - HEADER_BYTES_MIN);
  return needs + Math.max(0, headerBytes - HEADER_BYTES_MAX);
}
