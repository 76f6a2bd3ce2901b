/** The collection of one space of vectors on a Chroma server: found or made, read and written. */
import type { Collection, Metadata, Where } from 'chromadb';
import type { PassageClaim, Place } from '../../projections/index.js';
import { DIMENSION } from '../embedders/index.js';
import { ChromaTrouble, type CallOptions, type ChromaServer } from './chroma-server.js';

/** More records at once gain nothing and make a request slow. */
const CHUNK_MAX = 500;
const FORMAT = 1;
/** Names that are tried besides, before somebody must tidy up the server. */
const MORE_NAMES = 2;
const LISTED_MAX = 1_000;
/** As the in-process index is made. */
const HNSW = { space: 'cosine', ef_construction: 200, max_neighbors: 16, ef_search: 100 } as const;

/** What a collection must say to be used. */
export interface CollectionOwner {
  /** 32 hex digits. */
  readonly dimension: string;
  readonly space: string;
  /**
   * By which of its names it is known here, the one for new collections first. Two machines do not
   * share one: each would take out what only the other knows.
   */
  readonly replicas: readonly string[];
}

export interface StoredRecord {
  readonly id: string;
  readonly metadata: Metadata;
}

export interface NewRecords {
  readonly ids: string[];
  readonly embeddings: number[][];
  readonly metadatas: Metadata[];
  readonly documents?: string[];
}

interface Found {
  readonly server: ChromaServer;
  readonly id: string;
  readonly chunk: number;
}

export class ChromaCollection {
  readonly #server: ChromaServer;
  /** The server's name for it: another one after it was deleted and made again. */
  readonly id: string;
  /** How many records may be sent at once. */
  readonly chunk: number;

  private constructor({ server, id, chunk }: Found) {
    this.#server = server;
    this.id = id;
    this.chunk = chunk;
  }

  /**
   * The collection of that owner. One of its names that belongs to somebody else stays as it is.
   *
   * @returns undefined when there is none and it is not to be created.
   * @throws {ChromaTrouble}; {@link AltError} CANCELLED
   */
  static async open(
    server: ChromaServer,
    owner: CollectionOwner,
    options: CallOptions & { readonly creates: boolean },
  ): Promise<ChromaCollection | undefined> {
    let free: string | undefined;
    for (const name of namesOf(owner)) {
      const found = await find(server, name, { owner, ...options });
      if (found instanceof ChromaCollection) return found;
      if (found === 'missing') free ??= name;
    }
    if (!options.creates) return undefined;
    if (free !== undefined) return create(server, free, { owner, ...options });
    const { url } = server.settings;
    const message = `Others have all names of this dimension's collection at ${url}.`;
    throw new ChromaTrouble('refused', message);
  }

  /** Deletes what the owner kept for other spaces. @throws {ChromaTrouble} */
  static async deleteOthers(server: ChromaServer, owner: CollectionOwner): Promise<void> {
    const all = await server.call((client) => client.listCollections({ limit: LISTED_MAX }));
    for (const { name, metadata } of all) {
      if (!isKeptBy(owner, metadata) || metadata?.alt_space === owner.space) continue;
      await server.call((client) => client.deleteCollection({ name }));
    }
  }

  /** @internal */
  static async opened(
    server: ChromaServer,
    id: string,
    options: CallOptions,
  ): Promise<ChromaCollection> {
    const most = await server.call((client) => client.getMaxBatchSize(), options);
    const chunk = most > 0 ? Math.min(most, CHUNK_MAX) : CHUNK_MAX;
    return new ChromaCollection({ server, id, chunk });
  }

  async count(options?: CallOptions): Promise<number> {
    return this.#server.call((client) => client.collection(this.id).count(), options);
  }

  /** The nearest records in a place, as far as the server finds them. */
  async query(
    query: Float32Array,
    { count, place }: { readonly count: number; readonly place: Place },
  ): Promise<StoredRecord[]> {
    const where = whereIn(place);
    const { ids, metadatas } = await this.#server.call((client) => {
      return client.collection(this.id).query({
        queryEmbeddings: [Array.from(query)],
        nResults: count,
        include: ['metadatas'],
        ...(where && { where }),
      });
    });
    return paired(ids[0] ?? [], metadatas[0] ?? []);
  }

  /** Records by id, by a condition, or from the `offset`th on; at most `limit`. */
  async get(of: {
    ids?: string[];
    where?: Where;
    offset?: number;
    limit?: number;
  }): Promise<StoredRecord[]> {
    const { ids, metadatas } = await this.#server.call((client) => {
      return client.collection(this.id).get({ ...of, include: ['metadatas'] });
    });
    return paired(ids, metadatas);
  }

  async upsert(records: NewRecords): Promise<void> {
    await this.#server.call((client) => client.collection(this.id).upsert(records));
  }

  async delete(ids: string[]): Promise<void> {
    await this.#server.call((client) => client.collection(this.id).delete({ ids }));
  }
}

interface Wanted extends CallOptions {
  readonly owner: CollectionOwner;
  readonly creates: boolean;
}

function namesOf({ dimension, space, replicas }: CollectionOwner): string[] {
  const name = `alt_${dimension.slice(0, 12)}_${space.slice(0, 8)}`;
  const own = replicas.map((replica) => `${name}_${replica.slice(0, 8)}`);
  const more = Array.from({ length: MORE_NAMES }, (_, at) => `${own[0] ?? name}_${String(at + 2)}`);
  return [name, ...own, ...more];
}

function isKeptBy(owner: CollectionOwner, metadata: Metadata | undefined): boolean {
  const { alt_dimension: dimension, alt_replica: replica, alt_format: format } = metadata ?? {};
  const isOurs = typeof replica === 'string' && owner.replicas.includes(replica);
  return isOurs && dimension === owner.dimension && format === FORMAT;
}

/** A collection with texts and one without are two: texts must not stay where none are wanted. */
const contentsOf = ({ settings }: ChromaServer): string =>
  settings.storesDocuments === true ? 'texts' : 'vectors';

async function find(
  server: ChromaServer,
  name: string,
  wanted: Wanted,
): Promise<ChromaCollection | 'missing' | 'other'> {
  try {
    const found = await server.call((client) => client.getCollection({ name }), wanted);
    const { id, metadata } = found;
    const isOurs = isFor(wanted.owner, found) && (await fits(server, id, wanted));
    if (!isOurs) return 'other';
    const isAsWanted = metadata?.alt_holds === contentsOf(server);
    if (isAsWanted) return await ChromaCollection.opened(server, id, wanted);
    if (wanted.creates) await server.call((client) => client.deleteCollection({ name }), wanted);
    return 'missing';
  } catch (error) {
    if (error instanceof ChromaTrouble && error.kind === 'missing') return 'missing';
    throw error;
  }
}

function isFor(owner: CollectionOwner, { metadata, configuration }: Collection): boolean {
  const space = configuration.hnsw?.space ?? configuration.spann?.space ?? 'cosine';
  return isKeptBy(owner, metadata) && metadata?.alt_space === owner.space && space === 'cosine';
}

/** Whether the vectors in it are as long as ours. */
async function fits(server: ChromaServer, id: string, options: CallOptions): Promise<boolean> {
  const { embeddings } = await server.call((client) => {
    return client.collection(id).get({ limit: 1, include: ['embeddings'] });
  }, options);
  const [vector] = embeddings;
  return vector === undefined || vector.length === DIMENSION;
}

async function create(
  server: ChromaServer,
  name: string,
  wanted: Wanted,
): Promise<ChromaCollection> {
  const { dimension, space, replicas } = wanted.owner;
  const request = {
    name,
    embeddingFunction: null,
    metadata: {
      alt_dimension: dimension,
      alt_space: space,
      alt_replica: replicas[0] ?? '',
      alt_format: FORMAT,
      alt_holds: contentsOf(server),
    },
    configuration: { hnsw: { ...HNSW } },
  };
  try {
    const { id } = await server.call((client) => client.createCollection(request), wanted);
    return await ChromaCollection.opened(server, id, wanted);
  } catch (error) {
    if (!(error instanceof ChromaTrouble) || error.kind !== 'missing') throw error;
    const { url, tenant = 'default_tenant', database = 'default_database' } = server.settings;
    const message = `The Chroma server at ${url} has no database ${database} of ${tenant}.`;
    throw new ChromaTrouble('refused', message, { cause: error });
  }
}

function whereIn({ realm, domain }: Place): Where | undefined {
  const parts: Where[] = [];
  if (realm !== undefined) parts.push({ realm: { $eq: realm } });
  if (domain !== undefined) parts.push({ domain: { $eq: domain } });
  return parts.length > 1 ? { $and: parts } : parts[0];
}

function paired(ids: readonly string[], metadatas: readonly (Metadata | null)[]): StoredRecord[] {
  return ids.map((id, at) => ({ id, metadata: metadatas[at] ?? {} }));
}

/** What a record says that it stands for; what says nothing of the kind stands for nothing. */
export function claimOf({ metadata }: StoredRecord): PassageClaim {
  const { stream, start, text_hash: textHash } = metadata;
  return {
    stream: typeof stream === 'string' ? stream : '',
    start: typeof start === 'number' ? start : -1,
    textHash: typeof textHash === 'string' ? textHash : '',
  };
}
