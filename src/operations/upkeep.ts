/** The dimension itself: status, opening, closing, rebuilding. */
import * as z from 'zod';
import { eventsInViews } from '../reconnection.js';
import { VERSION } from '../version.js';
import { defineOperation, READS, WRITES_ONCE } from './operation.js';
import { realm } from './shapes.js';

export const getStatus = defineOperation({
  name: 'get_status',
  title: 'Get the status',
  description:
    'Use at the start of a session: what is remembered, by which embedder, any warnings.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({
    initialized: z.boolean(),
    path: z.string(),
    version: z.string(),
    entities: z.int().optional(),
    realms: z.int().optional(),
    domains: z.int().optional(),
    facts: z.int().optional(),
    tunnels: z.int().optional(),
    kg_facts: z.int().optional(),
    realms_detail: z.array(realm).optional(),
    persona: z.string().optional(),
    embedder: z.string().optional(),
    embedding: z.string().optional(),
    embedder_state: z.string().optional(),
    embedder_requested: z.string().optional(),
    stale: z.int().optional(),
    space_id: z.string().nullable().optional(),
    device: z.string().nullable().optional(),
    backend: z.string().optional(),
    index_mode: z.string().optional(),
    fts_enabled: z.boolean().optional(),
    vectors: z.int().optional(),
    pending: z.int().optional(),
    unembedded: z.int().optional(),
    events: z.int().optional(),
    schema_version: z.int().optional(),
    log: z.record(z.string(), z.unknown()).optional(),
    remotes: z
      .array(z.record(z.string(), z.unknown()))
      .optional()
      .describe('Per remote: what is held here and was not shipped there yet.'),
    hint: z.string().nullable().optional(),
    warnings: z.array(z.string()),
  }),
  async handler(dimension) {
    if (dimension.isClosed || (!dimension.isOpen && !dimension.exists)) {
      return { initialized: false, path: dimension.path, version: VERSION, warnings: [] };
    }
    const status = await dimension.status();
    const remotes = status.remotes.map((remote) => ({ ...remote }));
    return { ...status, log: { ...status.log }, remotes };
  },
});

export const rebuildFts = defineOperation({
  name: 'rebuild_fts',
  title: 'Rebuild the keyword index',
  description: 'Use when keyword search misses what is there. Fills the index from the memories.',
  annotations: WRITES_ONCE,
  input: z.strictObject({}),
  output: z.object({ rebuilt: z.literal(true), entities: z.int() }),
  async handler(dimension) {
    return { rebuilt: true as const, entities: await dimension.rebuildFts() };
  },
});

export const reconnect = defineOperation({
  name: 'reconnect',
  title: 'Reconnect',
  description: 'Use after the dimension was changed from outside. Opens every handle anew.',
  annotations: WRITES_ONCE,
  input: z.strictObject({}),
  output: z.object({
    reconnected: z.literal(true),
    entities: z.int(),
    vectors: z.int(),
    replayed: z.int().describe('Events that others appended and that are seen from now on.'),
  }),
  async handler(dimension) {
    const before = eventsInViews(dimension.path);
    await dimension.reconnect();
    const { entities, vectors, events } = await dimension.status();
    return { reconnected: true as const, entities, vectors, replayed: events - before };
  },
});

export const initDimension = defineOperation({
  name: 'init_dimension',
  title: 'Initialize the dimension',
  description: 'Use to create the dimension where there is none, or to open it again.',
  annotations: WRITES_ONCE,
  input: z.strictObject({}),
  output: z.object({ created: z.boolean(), path: z.string(), version: z.string() }),
  async handler(dimension) {
    const created = await dimension.init();
    return { created, path: dimension.path, version: VERSION };
  },
});

export const closeDimension = defineOperation({
  name: 'close_dimension',
  title: 'Close the dimension',
  description: 'Use to flush and close; the process stays. Other calls then ask to open it again.',
  annotations: WRITES_ONCE,
  input: z.strictObject({}),
  output: z.object({ closed: z.literal(true) }),
  async handler(dimension) {
    await dimension.close();
    return { closed: true as const };
  },
});

export const ping = defineOperation({
  name: 'ping',
  title: 'Ping',
  description: 'Use to see that the server answers.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({ pong: z.literal(true), version: z.string() }),
  handler: () => Promise.resolve({ pong: true as const, version: VERSION }),
});
