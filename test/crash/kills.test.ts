/** kill -9 at random moments: what was acknowledged is there, whole, and everything goes on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/index.js';
import { Child, pause, useChildren, type ChildOptions, type Line } from '../support/child.js';
import {
  contentsOf,
  copyOf,
  expectVerified,
  expectWhole,
  filesIn,
  newDimension,
  open,
} from '../support/dimensions.js';
import { runs } from '../support/level.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { textOf } from '../support/texts.js';

const KILLS = runs(20, 200);

useChildren();

/** What a killed writer may have left: the acknowledged, and of the rest all or nothing. */
function expectKept(lines: readonly Line[], contents: Readonly<Record<string, string>>): void {
  const said = (field: 'added' | 'updated' | 'updating'): string[] =>
    lines.flatMap((line) => line[field] ?? []);
  const acknowledged = [...said('added'), ...lines.flatMap(({ batched }) => batched ?? [])];
  expect(acknowledged.filter((id) => !(id in contents))).toEqual([]);
  const updated = new Set(said('updated'));
  for (const id of said('updating')) {
    const versions = updated.has(id) ? [textOf(id, 1)] : [textOf(id), textOf(id, 1)];
    expect(versions).toContain(contents[id]);
  }
  for (const ids of lines.flatMap(({ batching }) => (batching ? [batching] : []))) {
    expect([0, ids.length]).toContain(ids.filter((id) => id in contents).length);
  }
}

function expectNoHalves(contents: Readonly<Record<string, string>>): void {
  const halves = Object.entries(contents).filter(([id, content]) => {
    return content !== textOf(id) && content !== textOf(id, 1);
  });
  expect(halves).toEqual([]);
}

/** Starts a task and kills it so long after it was ready. */
async function killed(
  task: string,
  path: string,
  options: ChildOptions & { readonly afterMs: number },
): Promise<readonly Line[]> {
  const child = new Child(task, path, options);
  await child.line(({ ready }) => ready === true);
  await pause(options.afterMs);
  return child.kill();
}

const upTo = (ms: number): number => Math.random() * ms;

describe('kill -9 of a process', () => {
  it(
    `that adds, updates and batch-adds, ${String(KILLS)} times: every acknowledged add is there`,
    { timeout: KILLS * 8_000 },
    async () => {
      const path = join(temporaryFolder(), 'dimension');
      const { dimension } = open(path);
      await dimension.init();
      const said: Line[] = [];
      let size = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const child = new Child('grow', path, { name: `run-${String(kill)}` });
        await child.line(({ added }) => added !== undefined);
        await pause(upTo(150));
        said.push(...(await child.kill()));
        const contents = await contentsOf(dimension);
        expectKept(said, contents);
        expectNoHalves(contents);
        expect(Object.keys(contents).length).toBeGreaterThan(size);
        size = Object.keys(contents).length;
        await expectVerified(dimension);
      }
    },
  );

  it('before its first acknowledgement leaves a dimension that opens', async () => {
    const path = join(temporaryFolder(), 'dimension');
    for (let kill = 0; kill < runs(5, 50); kill += 1) {
      const child = new Child('create', path, { name: `run-${String(kill)}` });
      await child.line(({ ready }) => ready === true);
      child.goOn();
      await pause(upTo(60));
      await child.kill();
    }
    const { dimension } = open(path);
    await dimension.init();
    expectNoHalves(await contentsOf(dimension));
    await expectVerified(dimension);
  });

  it('that rebuilds leaves the old views; the next rebuild removes what it left', async () => {
    const path = await newDimension();
    for (let kill = 0; kill < runs(5, 50); kill += 1) {
      await killed('rebuild', path, { afterMs: upTo(120) });
      const { dimension, codes } = open(path);
      await expectWhole(dimension);
      expect(codes()).toEqual([]);
      await dimension.close();
    }
    const { dimension } = open(path);
    await dimension.rebuild();
    await dimension.close();
    expect(filesIn(path, 'views').filter((name) => !name.startsWith('vectors'))).toHaveLength(1);
  });

  it('that embeds loses no vector that will not be made again', async () => {
    const path = join(temporaryFolder(), 'dimension');
    const { dimension } = open(path);
    await dimension.init();
    const items = Array.from({ length: 1_000 }, (_, index) => {
      const id = `memory-${String(index)}`;
      return { realm: 'work', domain: 'notes', content: textOf(id), entity_id: id };
    });
    await dimension.batchAddEntities(items);
    for (let kill = 0; kill < runs(3, 30); kill += 1) {
      await killed('embed', path, { afterMs: upTo(200) });
    }
    const cold = open(path).dimension;
    expect(await cold.embedPending()).toBe(0);
    const [found] = await cold.search('memory-777', { mode: 'vector', limit: 1 });
    expect(found?.distance).toBeTypeOf('number');
    expect((await cold.status()).pending).toBe(0);
    await expectVerified(cold);
  });
});

/** What a mine made, without times: they are those of the run. */
async function minedState(dimension: Dimension): Promise<unknown[]> {
  const entities = await dimension.listEntities({ limit: 10_000 });
  return entities
    .map(({ created_at: _created, updated_at: _updated, ...rest }) => rest)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe('kill -9 of a process that mines', () => {
  it('leaves every file whole or absent; mining again makes what a calm run makes', async () => {
    const notes = join(temporaryFolder(), 'notes');
    mkdirSync(notes);
    for (let file = 0; file < 60; file += 1) {
      const paragraphs = Array.from({ length: 12 }, (_, at) => {
        const name = `${String(file)}.${String(at)}`;
        return `## Part ${String(at)}\n\n${`Note ${name} on tides. `.repeat(20)}`;
      });
      writeFileSync(join(notes, `note-${String(file)}.md`), paragraphs.join('\n\n'));
    }
    const empty = join(temporaryFolder(), 'dimension');
    const first = open(empty).dimension;
    await first.init();
    await first.close();
    const [undisturbed, disturbed] = [copyOf(empty), copyOf(empty)];
    const { dimension: calm } = open(undisturbed);
    await calm.mine(notes);
    const expected = await minedState(calm);

    for (let kill = 0; kill < runs(3, 30); kill += 1) {
      const lines = await killed('mine', disturbed, { file: notes, afterMs: upTo(150) });
      const { dimension } = open(disturbed);
      const state = await minedState(dimension);
      expect(expected).toEqual(expect.arrayContaining(state));
      const done = lines.flatMap(({ mined }) => mined ?? []);
      const sources = new Set(
        (state as { source_file: string }[]).map((memory) => memory.source_file),
      );
      expect(done.filter((file) => !sources.has(join(notes, file)))).toEqual([]);
      await dimension.close();
    }
    const { dimension } = open(disturbed);
    await dimension.mine(notes);
    expect(await minedState(dimension)).toEqual(expected);
    await expectVerified(dimension);
  });
});
