/**
 * The MCP server over stdio: start, round trip, add and search, idle and while 1,000 texts are
 * being embedded behind the calls. How long its event loop is held shows in the latency of `ping`.
 */
import { existsSync } from 'node:fs';
import { ECHO_SERVER } from '../lib/floors.mjs';
import { copyOf, PROGRAMS } from '../lib/library.mjs';
import { questions, tagged } from '../lib/corpus.mjs';
import { short, summary } from '../lib/numbers.mjs';
import { prepared, vectorsNote } from '../lib/prepared.mjs';
import { StdioClient } from '../lib/stdio-client.mjs';
import { load, repeat, Sample } from '../lib/timing.mjs';

export const TITLE = 'MCP over stdio';
const SIZE = 10_000;
const BACKLOG = 1_000;
const MEMORY = { realm: 'realm-1', domain: 'bench' };

function serve(path) {
  return new StdioClient([PROGRAMS.mcp], { ALT_DIM_PATH: path });
}

async function startTimes(path, rounds) {
  const sample = new Sample();
  for (let round = 0; round < rounds; round += 1) {
    const client = await sample.take(async () => {
      const started = serve(path);
      await started.initialize();
      return started;
    });
    await client.close();
  }
  return sample;
}

const searchWith = (client, asked) => (round) =>
  client.call('search', { query: asked[round % asked.length] });

/** Searches and pings in turns until the backlog is embedded or the rounds are over. */
async function whileEmbedding(client, { asked, texts, rounds }) {
  for (let at = 0; at < BACKLOG; at += 250) {
    const entities = texts.slice(at, at + 250).map((content) => ({ ...MEMORY, content }));
    await client.call('batch_add_entities', { entities });
  }
  const searches = new Sample();
  const pings = new Sample();
  const search = searchWith(client, asked);
  for (let round = 0; round < rounds; round += 1) {
    await searches.take(() => search(round));
    for (let turn = 0; turn < 5; turn += 1) await pings.take(() => client.request('ping'));
  }
  const { structuredContent } = await client.call('search', { query: asked[0] });
  return { searches, pings, pending: structuredContent?.pending };
}

export async function run(options) {
  if (!existsSync(PROGRAMS.mcp)) return { rows: [], markdown: 'The MCP server is not built.' };
  const path = copyOf(await prepared(options, SIZE));
  const asked = questions(options.data);
  const texts = tagged(options.data, 2 * BACKLOG);
  const rounds = options.quick ? 50 : 200;
  const echo = new StdioClient(['-e', ECHO_SERVER]);
  await repeat(100, () => echo.request('ping'));
  const echoes = await repeat(300, () => echo.request('ping'));
  await echo.close();
  const starts = await startTimes(path, options.quick ? 3 : 11);
  const client = serve(path);
  await client.initialize();
  await client.call('search', { query: asked[0] });
  await repeat(30, searchWith(client, asked));
  const pings = await repeat(rounds, () => client.request('ping'));
  const again = await repeat(rounds, searchWith(client, asked));
  const adds = await repeat(rounds, (round) => {
    return client.call('add_entity', { ...MEMORY, content: `${texts[round]} [mcp ${round}]` });
  });
  const backlog = { asked, texts: texts.slice(BACKLOG), rounds: Math.min(rounds, 60) };
  const busy = await whileEmbedding(client, backlog);
  await client.close();
  return {
    rows: rowsOf({
      options,
      starts,
      pings,
      again,
      adds,
      busy,
      floor: summary({ ms: echoes.ms }).p50,
    }),
  };
}

function rowsOf({ options, starts, pings, again, adds, busy, floor: value }) {
  const floor = { what: 'echo server in bare Node', value };
  const note = vectorsNote(options, SIZE);
  const row = (work, times, budgetOf = () => undefined) => {
    const own = summary({ ms: times.ms });
    const budget = budgetOf(own);
    const ratio = own.p50 / value;
    return { work, size: SIZE, ...own, floor, ratio, budget, load: load(), note };
  };
  const left =
    busy.pending === undefined ? '' : ` (${short(busy.pending)} still pending at the end)`;
  return [
    {
      work: 'process start to initialize answered',
      size: SIZE,
      ...summary({ ms: starts.ms }),
      load: load(),
    },
    row('ping', pings),
    row('search, asked before', again),
    row('add_entity', adds, ({ p50 }) => ({ text: 'p50 <= 3 ms', met: p50 <= 3 })),
    row(`search while 1,000 texts are embedded${left}`, busy.searches, ({ p50, p95 }) => {
      return { text: 'p50 <= 10, p95 <= 40 ms', met: p50 <= 10 && p95 <= 40 };
    }),
    row('ping while 1,000 texts are embedded (the loop is held so long)', busy.pings, () => {
      const longest = Math.max(...busy.pings.ms);
      return { text: `longest ${short(longest)} ms; <= 20`, met: longest <= 20 };
    }),
  ];
}
