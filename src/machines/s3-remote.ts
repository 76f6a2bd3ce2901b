/**
 * A remote in S3-compatible storage: Amazon's, MinIO, R2, B2 and the like. Keys, region and
 * endpoint come as for every AWS tool, from its environment and its files. A part is put only if
 * nothing, or still the same, stands in its place, where the server can tell.
 */
import type * as Sdk from '@aws-sdk/client-s3';
import { AltError } from '../../events/index.js';
import { environmentVariable, setForLibrary } from '../config.js';
import { readAtMost } from './limited.js';
import { OBJECTS_MAX, type Remote, type RemoteObject } from './remote.js';
import { retrying } from './retrying.js';
import { isAbsent, isOvertaken, isPassing, isUnsupported, s3Error } from './s3-errors.js';

interface Opened {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
}

export interface S3Options {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

const ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9!_.*'()-]+)*)$/;
const CONNECT_MS_MAX = 10_000;
/** How long the line may be silent. */
const SILENT_MS_MAX = 60_000;
/** A list of more pages never ends: a page holds up to 1,000 names. */
const PAGES_MAX = 10_000;

export class S3Remote implements Remote {
  readonly location: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #options: S3Options;
  #opened: Promise<Opened> | undefined;
  #isConditional = true;

  /** @throws {AltError} INVALID_ARGUMENT for an address that is none */
  constructor(location: string, options: S3Options) {
    const match = ADDRESS.exec(location);
    if (!match) {
      throw new AltError('INVALID_ARGUMENT', 'That is no address of S3-compatible storage.', {
        hint: "It is s3://BUCKET or s3://BUCKET/PREFIX, of A-Z a-z 0-9 ! _ . * ' ( ) - only.",
      });
    }
    const [, bucket = '', prefix = ''] = match;
    this.location = location;
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix.slice(1)}/`;
    this.#options = options;
  }

  list(): Promise<RemoteObject[]> {
    return this.#trying('Reading', async (opened) => {
      const objects: RemoteObject[] = [];
      let token: string | undefined;
      let pages = 0;
      do {
        const page = await this.#page(opened, token);
        objects.push(...page.objects);
        ({ token } = page);
        pages += 1;
        if (objects.length > OBJECTS_MAX || pages > PAGES_MAX) {
          throw new AltError('TOO_LARGE', `${this.location} holds more than 200,000 objects.`);
        }
      } while (token !== undefined);
      return objects;
    });
  }

  async #page({ sdk, client }: Opened, token: string | undefined) {
    const listed = await client.send(
      new sdk.ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: this.#prefix,
        ContinuationToken: token,
      }),
    );
    const objects = (listed.Contents ?? []).flatMap(({ Key = '', Size = 0, ETag = '' }) => {
      const name = Key.slice(this.#prefix.length);
      // Consoles make an empty object of the prefix itself.
      return name === '' ? [] : [{ name, sizeBytes: Size, stamp: ETag }];
    });
    return { objects, token: listed.NextContinuationToken };
  }

  get(name: string, sizeBytesMax: number): Promise<Buffer | undefined> {
    return this.#trying('Reading', async ({ sdk, client }) => {
      const place = { Bucket: this.#bucket, Key: this.#prefix + name };
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand(place));
        return await readAtMost(Body as AsyncIterable<Uint8Array>, sizeBytesMax);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    });
  }

  put(name: string, bytes: Buffer, replaces?: string): Promise<string | undefined> {
    return this.#trying('Writing', async (opened) => {
      try {
        return await this.#put(opened, { name, bytes, replaces });
      } catch (error) {
        if (this.#isConditional && isOvertaken(error)) return undefined;
        if (!this.#isConditional || !isUnsupported(error)) throw error;
        this.#isConditional = false;
        return this.#put(opened, { name, bytes, replaces });
      }
    });
  }

  async #put(
    { sdk, client }: Opened,
    given: {
      readonly name: string;
      readonly bytes: Buffer;
      readonly replaces?: string | undefined;
    },
  ): Promise<string> {
    const { name, bytes, replaces } = given;
    const condition = replaces === undefined ? { IfNoneMatch: '*' } : { IfMatch: replaces };
    const { ETag } = await client.send(
      new sdk.PutObjectCommand({
        Bucket: this.#bucket,
        Key: this.#prefix + name,
        Body: bytes,
        ...(this.#isConditional && condition),
      }),
    );
    return ETag ?? '';
  }

  async #trying<Result>(
    verb: 'Reading' | 'Writing',
    work: (opened: Opened) => Promise<Result>,
  ): Promise<Result> {
    try {
      this.#opened ??= openClient(this.#options);
      const opened = await this.#opened;
      return await retrying(() => work(opened), isPassing);
    } catch (error) {
      throw s3Error(error, { verb, location: this.location, bucket: this.#bucket });
    }
  }
}

async function openClient({ endpoint, region }: S3Options): Promise<Opened> {
  // It tells of the end of its support for this Node, which who installs us cannot change.
  setForLibrary('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
  // It is large: only who ships there loads it.
  const sdk = await import('@aws-sdk/client-s3');
  const elsewhere =
    endpoint ??
    environmentVariable('AWS_ENDPOINT_URL_S3') ??
    environmentVariable('AWS_ENDPOINT_URL');
  const client = new sdk.S3Client({
    ...(endpoint !== undefined && { endpoint }),
    // Other servers often have no name for each bucket, and take any region.
    ...(elsewhere !== undefined && {
      forcePathStyle: true,
      region: environmentVariable('AWS_REGION') ?? 'us-east-1',
    }),
    ...(region !== undefined && { region }),
    // Not every server knows the newer checksums; a part brings its own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Retried here, where a body that breaks off counts too.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_MS_MAX, socketTimeout: SILENT_MS_MAX },
  });
  return { sdk, client };
}
