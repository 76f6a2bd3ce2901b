/** kill -9 while the embedder is changed, and many processes that embed at once. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/index.js';
import { Child, pause, useChildren } from '../support/child.js';
import {
  contentsOf,
  copyOf,
  expectVerified,
  MEMORIES,
  newDimension,
  open,
  useTemplate,
} from '../support/dimensions.js';
import { runs } from '../support/level.js';
import { textOf } from '../support/texts.js';

const KILLS = runs(6, 60);
const BACKLOG = runs(200, 2_000);
const SERVERS = 8;

const QUESTION = 'who keeps the lighthouse of memory seven';

useChildren();

async function idsBy(dimension: Dimension): Promise<string[]> {
  const hits = await dimension.search(QUESTION, { mode: 'vector', limit: 20 });
  return hits.map(({ id }) => id);
}

describe('kill -9 of a process that changes the embedder', () => {
  const template = useTemplate(newDimension);

  it(
    `${String(KILLS)} times: the old or the new space answers, whole, and nothing is lost`,
    { timeout: KILLS * 20_000 },
    async () => {
      const path = copyOf(template());
      const { dimension: reference } = open(copyOf(template()));
      const expected: Record<string, string[]> = { numpy: await idsBy(reference) };
      await reference.setEmbedder('sentence');
      expected['sentence'] = await idsBy(reference);
      for (let kill = 0; kill < KILLS; kill += 1) {
        // Without the cache there is work to be killed in.
        if (kill % 2 === 0) rmSync(join(path, 'cache'), { recursive: true, force: true });
        const child = new Child('change', path);
        await child.line(({ ready }) => ready === true);
        await pause(Math.random() * 1_500);
        await child.kill();
        const { dimension } = open(path);
        const found = await idsBy(dimension);
        const { embedder } = await dimension.status();
        expect(found, embedder).toEqual(expected[embedder]);
        await dimension.embedPending();
        const chosen = await dimension.status();
        expect(chosen).toMatchObject({ embedder: chosen.embedder_requested, stale: 0, pending: 0 });
        expect(await idsBy(dimension)).toEqual(expected[chosen.embedder]);
        expect(await contentsOf(dimension)).toEqual(MEMORIES);
        await expectVerified(dimension);
        await dimension.close();
      }
    },
  );
});

describe('eight processes over one backlog', () => {
  const timeout = 120_000 + BACKLOG * 300;
  it(`of ${String(BACKLOG)} texts embed each once`, { timeout }, async () => {
    const path = await newDimension();
    const { dimension } = open(path);
    // A space that stays the same however many memories there are.
    await dimension.setEmbedder('sentence');
    for (let from = 0; from < BACKLOG; from += 200) {
      const items = Array.from({ length: 200 }, (_, index) => {
        const id = `late-${String(from + index)}`;
        return { realm: 'work', domain: 'notes', content: textOf(id), entity_id: id };
      });
      await dimension.batchAddEntities(items);
    }
    const waiting = (await dimension.status()).pending;
    expect(waiting).toBeGreaterThanOrEqual(BACKLOG);
    const servers = Array.from({ length: SERVERS }, () => new Child('embedShare', path));
    await Promise.all(servers.map((server) => server.line(({ ready }) => ready === true)));
    for (const server of servers) server.goOn();
    const said = await Promise.all(
      servers.map((server) => server.line(({ embedded }) => embedded !== undefined)),
    );
    const embedded = said.reduce((sum, line) => sum + (line.embedded ?? 0), 0);
    expect(embedded).toBe(waiting);
    expect((await dimension.status()).pending).toBe(0);
  });
});
