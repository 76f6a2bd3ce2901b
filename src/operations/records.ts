/** What agents write for themselves: diaries, and the layers of their memory. */
import * as z from 'zod';
import { defineOperation, READS, WRITES } from './operation.js';
import { metadata, realmFilter } from './shapes.js';

const agent = z.string().describe('Name of the agent that writes.');
const whose = z.string().describe('Name of the agent whose entries to read.');
const topic = z.string().max(128).optional().describe('What it is about; general when absent.');
const lastN = z.int().min(1).max(100).default(10).describe('At most so many, newest first.');
// A choice, not a range: a layer that does not exist is refused, where a range would be clamped.
const layer = z.literal([0, 1, 2, 3]).describe('0 identity, 1 essential, 2 working, 3 archive.');

export const recordWrite = defineOperation({
  name: 'record_write',
  title: 'Write a diary entry',
  description:
    'Use at the end of a session, or when something is worth a note: what was done, decided, ' +
    'learned. topic summary for a day, pattern for what recurs.',
  annotations: WRITES,
  input: z.strictObject({
    agent,
    entry: z.string().describe('The entry, at most 100,000 characters.'),
    topic,
    realm: z.string().optional().describe('Where to file it; agent_<name> when absent.'),
  }),
  output: z.object({
    entry_id: z.string(),
    agent: z.string(),
    topic: z.string(),
    layer: z.string().describe('L0 immediate, L1 daily summary, L2 pattern.'),
    realm: z.string(),
    created_at: z.string(),
  }),
  async handler(dimension, { agent: by, entry, ...options }) {
    const written = await dimension.diaryWrite(by, entry, options);
    const { entity_id: entry_id, timestamp: created_at, ...rest } = written;
    return { entry_id, created_at, ...rest };
  },
});

export const recordRead = defineOperation({
  name: 'record_read',
  title: 'Read a diary',
  description: 'Use at the start of a session: what this agent wrote last, in whatever realm.',
  annotations: READS,
  travels: true,
  input: z.strictObject({
    agent: whose,
    last_n: lastN,
    realm: realmFilter,
    topic: z.string().optional().describe('Only this topic.'),
  }),
  output: z.object({
    agent: z.string(),
    entries: z.array(
      z.object({
        id: z.string(),
        agent: z.string(),
        topic: z.string(),
        layer: z.string(),
        content: z.string(),
        realm: z.string(),
        created_at: z.string(),
        metadata,
      }),
    ),
    count: z.int(),
    total: z.int(),
  }),
  async handler(dimension, { agent: by, last_n, ...filter }) {
    const page = await dimension.pageDiary(by, { ...filter, lastN: last_n });
    const entries = page.entries.map((entry) => ({
      id: entry.id,
      agent: entry.agent,
      topic: entry.topic,
      layer: entry.layer,
      content: entry.content,
      realm: entry.realm,
      created_at: entry.created_at,
      metadata: { ...entry.metadata },
    }));
    return { agent: page.agent, entries, count: entries.length, total: page.total };
  },
});

export const listAgents = defineOperation({
  name: 'list_agents',
  title: 'List agents',
  description: 'Use to see who keeps a diary here, how much each wrote, when last, and where.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({
    agents: z.array(
      z.object({
        name: z.string(),
        entries: z.int(),
        last_entry_at: z.string(),
        realms: z.array(z.string()),
      }),
    ),
    count: z.int(),
  }),
  async handler(dimension) {
    const agents = await dimension.describeAgents();
    return { agents, count: agents.length };
  },
});

export const memoryWrite = defineOperation({
  name: 'memory_write',
  title: 'Write to layered memory',
  description:
    'Use to keep what an agent is (layer 0), what matters always (1), now (2), or once did (3).',
  annotations: WRITES,
  input: z.strictObject({
    agent,
    layer,
    content: z.string().describe('The text, at most 100,000 characters.'),
    topic,
    metadata: metadata.optional(),
  }),
  output: z.object({
    entity_id: z.string(),
    agent: z.string(),
    layer: z.int(),
    domain: z.string(),
    created_at: z.string(),
  }),
  async handler(dimension, { agent: by, ...entry }) {
    return dimension.memory.write(by, entry);
  },
});

export const memoryRead = defineOperation({
  name: 'memory_read',
  title: 'Read layered memory',
  description: 'Use to read what an agent keeps in one layer, or in all four, newest first.',
  annotations: READS,
  input: z.strictObject({ agent: whose, layer: layer.optional(), last_n: lastN }),
  output: z.object({
    agent: z.string(),
    layers: z.record(
      z.string(),
      z.array(
        z.object({
          id: z.string(),
          content: z.string(),
          topic: z.string(),
          metadata,
          created_at: z.string(),
        }),
      ),
    ),
    count: z.int(),
  }),
  async handler(dimension, { agent: by, layer: only, last_n }) {
    const { memory } = dimension;
    const read = await memory.readLayers(by, { layer: only, lastN: last_n });
    const layers = Object.entries(read.layers).map(([name, entries]) => {
      const shown = entries.map(({ id, content, topic: about, created_at, ...rest }) => {
        return { id, content, topic: about, metadata: { ...rest.metadata }, created_at };
      });
      return [name, shown] as const;
    });
    return { agent: by, layers: Object.fromEntries(layers), count: read.count };
  },
});

export const memorySummarize = defineOperation({
  name: 'memory_summarize',
  title: 'Summarize layered memory',
  description: 'Use to condense the archive of an agent, and then what is essential of it.',
  annotations: WRITES,
  input: z.strictObject({ agent }),
  output: z.object({ l0_updated: z.boolean(), l1_count: z.int(), l3_count: z.int() }),
  async handler(dimension, { agent: by }) {
    return { ...(await dimension.memory.summarize(by)) };
  },
});
