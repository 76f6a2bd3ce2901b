/** Several processes at once on one dimension: no failed call, nothing lost, one digest. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Child, useChildren, type Line } from '../support/child.js';
import {
  contentsOf,
  expectVerified,
  filesIn,
  MEMORIES,
  newDimension,
  open,
} from '../support/dimensions.js';
import { runs } from '../support/level.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { textOf } from '../support/texts.js';

const WRITERS = 8;
const EACH = runs(60, 500);

useChildren();

const isReady = ({ ready }: Line): boolean => ready === true;

const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(1);

describe('eight processes', () => {
  it(
    `that write ${String(EACH)} memories each at once lose none and fail no call`,
    { timeout: EACH * 1_000 },
    async (context) => {
      const path = join(temporaryFolder(), 'dimension');
      const { dimension: ninth, warnings } = open(path);
      await ninth.init();
      const writers = Array.from({ length: WRITERS }, (_, index) => {
        return new Child('write', path, { name: `writer${String(index)}`, count: EACH });
      });
      await Promise.all(writers.map((writer) => writer.line(isReady)));
      for (const writer of writers) writer.goOn();
      const times = writers.map((writer) => writer.line(({ tookMs }) => tookMs !== undefined));
      const tookMs = (await Promise.all(times)).flatMap((line) => line.tookMs ?? []);
      const sorted = tookMs.sort((a, b) => a - b);
      await context.annotate(
        `add under contention: p50 ${at(sorted, 0.5)} ms, p95 ${at(sorted, 0.95)} ms, ` +
          `max ${at(sorted, 1)} ms over ${String(sorted.length)} adds`,
      );

      const ids = writers.flatMap((_, index) => {
        return Array.from({ length: EACH }, (__, n) => `writer${String(index)}n${String(n)}`);
      });
      const expected = Object.fromEntries(ids.map((id) => [id, textOf(id)]));
      expect(await contentsOf(ninth)).toEqual(expected);
      for (const id of [ids[0], ids[EACH * 4], ids.at(-1)].map(String)) {
        expect((await ninth.getEntity(id))?.content).toBe(textOf(id));
        const found = await ninth.search(id, { mode: 'keyword', limit: 5 });
        expect(found.map((result) => result.id)).toContain(id);
      }
      const { log } = await ninth.status();
      expect(log.events).toBe(WRITERS * EACH + 4);

      for (const writer of writers) writer.goOn();
      const ends = await Promise.all(writers.map((writer) => writer.ended()));
      const digest = await expectVerified(ninth);
      for (const lines of ends) {
        expect(lines.at(-1)).toEqual({ ok: true, digest, problems: [] });
        expect(lines.filter(({ warning }) => warning)).toEqual([]);
      }
      expect(warnings).toEqual([]);
    },
  );

  it('that create the dimension at the same moment make one, and all can write to it', async () => {
    const path = join(temporaryFolder(), 'dimension');
    const names = Array.from({ length: WRITERS }, (_, index) => `creator-${String(index)}`);
    const creators = names.map((name) => new Child('create', path, { name }));
    await Promise.all(creators.map((creator) => creator.line(isReady)));
    for (const creator of creators) creator.goOn();
    const ends = await Promise.all(creators.map((creator) => creator.ended()));
    expect(ends.flat().filter(({ error, warning }) => error ?? warning)).toEqual([]);
    const { dimension } = open(path);
    expect(await contentsOf(dimension)).toEqual(
      Object.fromEntries(names.map((name) => [name, textOf(name)])),
    );
    expect((await dimension.listRealms()).map(({ name }) => name)).toEqual(['work']);
    const created = await dimension.history({ type: 'DimensionCreated' });
    const described = await dimension.history({ type: 'RealmDescribed' });
    expect([created.events.length, described.events.length]).toEqual([1, 1]);
    await expectVerified(dimension);
  });
});

describe('two processes that rebuild', () => {
  it('while a third adds and a fourth searches fail no call and leave one generation', async () => {
    const path = await newDimension();
    const name = 'memory-7';
    const writer = new Child('write', path, { name: 'added', count: runs(100, 400) });
    const reader = new Child('read', path, { name });
    const rebuilders = [1, 2].map(() => new Child('rebuild', path, { count: runs(5, 40) }));
    await Promise.all([writer, ...rebuilders].map((child) => child.line(isReady)));
    await reader.line(({ read }) => read === 1);
    writer.goOn();
    await writer.line(({ tookMs }) => tookMs !== undefined);
    const rebuilt = await Promise.all(rebuilders.map((child) => child.ended()));
    writer.goOn();
    await writer.ended();
    const reads = (await reader.kill()).slice();

    expect(rebuilt.flat().filter(({ error, warning }) => error ?? warning)).toEqual([]);
    expect(reads.length).toBeGreaterThan(20);
    const wrong = reads.filter(({ got, found }) => got !== MEMORIES[name] || found !== name);
    expect(wrong).toEqual([]);
    const { dimension } = open(path);
    expect(Object.keys(await contentsOf(dimension))).toHaveLength(40 + runs(100, 400));
    await expectVerified(dimension);
    await dimension.rebuild();
    await dimension.close();
    expect(filesIn(path, 'views').filter((file) => !file.startsWith('vectors'))).toHaveLength(1);
  });

  it('is proved sound while another process writes', async () => {
    const path = await newDimension();
    const writer = new Child('write', path, { name: 'added', count: runs(150, 600) });
    await writer.line(isReady);
    writer.goOn();
    const { dimension } = open(path);
    while (!writer.lines.some(({ tookMs }) => tookMs)) {
      const { ok, problems } = await dimension.verify();
      expect({ ok, problems: problems.filter(({ kind }) => kind !== 'torn_tail') }).toEqual({
        ok: true,
        problems: [],
      });
    }
    writer.goOn();
    await writer.ended();
    await expectVerified(dimension);
  });
});
