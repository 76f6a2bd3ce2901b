/** What a dimension holds and how it is. */
import {
  activePersona,
  countEntities,
  countEvents,
  countFacts,
  countTunnels,
  isHnswAvailable,
  lastCommitMs,
  listRealms as realmRows,
  readHeads,
} from '../projections/index.js';
import type { EmbedderInfo } from './embedders/index.js';
import { scriptHint } from './script-hint.js';
import type { BackendName } from './vectors/backend.js';
import type { Embedding, EmbeddingState } from './vectors/embedding.js';
import { readLocalChoices } from './vectors/local-choices.js';
import { toIso } from './entity.js';
import { toRealm, type Realm } from './realms.js';
import { remotesStatus, type RemoteStatus } from './machines/remotes.js';
import type { Session } from './session.js';
import { VERSION } from './version.js';

/** What docs/FORMAT.md describes. */
const FORMAT_VERSION = 1;

export interface Status {
  readonly initialized: boolean;
  readonly path: string;
  readonly version: string;
  readonly entities: number;
  readonly realms: number;
  readonly domains: number;
  readonly facts: number;
  /** Tunnels that were dug. */
  readonly tunnels: number;
  /** The same under the name of the command line's contract. */
  readonly kg_facts: number;
  readonly realms_detail: Realm[];
  /** The active persona; '' when none is. */
  readonly persona: string;
  /** The embedder in use, also under the older name `embedding`. */
  readonly embedder: string;
  readonly embedding: string;
  readonly embedder_state: EmbeddingState['state'];
  /** The embedder that was chosen; another one answers until its vectors are complete. */
  readonly embedder_requested: string;
  /** Passages that the chosen embedder still has to embed before it answers. */
  readonly stale: number;
  readonly space_id: string | null;
  readonly device: string | null;
  readonly backend: BackendName;
  /** How vectors are searched: by an index, one by one, by a server. */
  readonly index_mode: 'hnsw' | 'flat' | 'chroma';
  readonly fts_enabled: boolean;
  /** Passages with and without a vector. */
  readonly vectors: number;
  readonly pending: number;
  /** Passages without a vector, also under this name. */
  readonly unembedded: number;
  /** Length of the log, as in `log`. */
  readonly events: number;
  /** Of the log's format on disk. */
  readonly schema_version: number;
  readonly log: {
    readonly events: number;
    readonly unknown: number;
    readonly invalid: number;
    readonly erased: number;
    readonly replicas: number;
    readonly last_event_at: string | null;
  };
  /** Where its log is shipped, and how far this machine is ahead. */
  readonly remotes: RemoteStatus[];
  /** What would make this dimension better, as a sentence to act on. */
  readonly hint: string | null;
  readonly warnings: string[];
}

/** Status of an open dimension. Loads no model. */
export async function status(
  session: Session,
  embedding: Embedding,
  path: string,
): Promise<Status> {
  const { store } = session;
  const counts = await store.read((db) => {
    const realms = realmRows(db);
    return {
      realms,
      entities: countEntities(db),
      domains: realms.reduce((sum, { domainCount }) => sum + domainCount, 0),
      facts: countFacts(db),
      tunnels: countTunnels(db),
      persona: activePersona(db)?.name ?? '',
      events: countEvents(db),
      replicas: readHeads(db).size,
      lastMs: lastCommitMs(db),
      passages: db.get<{ count: number }>('SELECT count(*) AS count FROM passages')?.count ?? 0,
    };
  });
  const state = await embedding.describe();
  const vectors = await vectorsOf(session, embedding, { state, passages: counts.passages });
  return {
    initialized: true,
    path,
    version: VERSION,
    entities: counts.entities,
    realms: counts.realms.length,
    domains: counts.domains,
    facts: counts.facts,
    tunnels: counts.tunnels,
    kg_facts: counts.facts,
    realms_detail: counts.realms.map(toRealm),
    persona: counts.persona,
    ...embedderOf(state),
    ...vectors,
    unembedded: vectors.pending,
    fts_enabled: true,
    events: counts.events.total,
    schema_version: FORMAT_VERSION,
    log: {
      events: counts.events.total,
      unknown: counts.events.unknown,
      invalid: counts.events.invalid,
      erased: counts.events.erased,
      replicas: counts.replicas,
      last_event_at: counts.lastMs === undefined ? null : toIso(counts.lastMs),
    },
    remotes: await remotesStatus(session),
    hint: state.info ? await hintOf(session, state.info) : null,
    warnings: warningsOf(state, counts.events),
  };
}

async function hintOf(session: Session, info: EmbedderInfo): Promise<string | null> {
  return session.store.read((db) => scriptHint(db, info) ?? null);
}

type EmbedderFields =
  'embedder' | 'embedding' | 'embedder_state' | 'embedder_requested' | 'stale' | 'device';

function embedderOf(state: EmbeddingState): Pick<Status, EmbedderFields | 'space_id'> {
  const { info, requested, stale } = state;
  const name = info?.name ?? requested;
  return {
    embedder: name,
    embedding: name,
    embedder_state: state.state,
    embedder_requested: requested,
    stale,
    space_id: info?.spaceId ?? null,
    device: info?.device ?? null,
  };
}

async function vectorsOf(
  session: Session,
  embedding: Embedding,
  known: { readonly state: EmbeddingState; readonly passages: number },
): Promise<Pick<Status, 'backend' | 'index_mode' | 'vectors' | 'pending'>> {
  const { state, passages } = known;
  if (!state.info) {
    const { backend } = readLocalChoices(session.store.folder);
    return { backend, index_mode: 'flat', vectors: 0, pending: passages };
  }
  const space = await embedding.space();
  const { name, mode, degraded } = await space.backend.describe();
  if (degraded !== undefined) {
    session.store.warn({ code: 'BACKEND_DEGRADED', message: `Vectors: ${degraded}.` });
  }
  const pending = await embedding.lacking(space);
  return { backend: name, index_mode: mode, vectors: passages - pending, pending };
}

function warningsOf(
  state: EmbeddingState,
  events: { readonly unknown: number; readonly invalid: number },
): string[] {
  const warnings: string[] = [];
  if (state.state === 'unavailable') {
    const instead = state.info ? `${state.info.name} answers` : 'search is by keyword only';
    warnings.push(`The embedder is unavailable, ${instead}: ${state.reason ?? ''}`);
  }
  warnings.push(...(state.info?.warnings ?? []));
  if (!isHnswAvailable()) {
    warnings.push('hnswlib-node is not installed: searching more than a million vectors is slow.');
  }
  if (events.unknown > 0) {
    warnings.push(`${String(events.unknown)} events are of a newer release; upgrade to read them.`);
  }
  if (events.invalid > 0) {
    warnings.push(`${String(events.invalid)} events are invalid and are not folded.`);
  }
  return warnings;
}
