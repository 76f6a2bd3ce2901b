/** kill -9 in the middle of erasing: all of it is gone after the next open, or nothing is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Dimension } from '../../src/index.js';
import { filesWith } from '../support/bytes.js';
import { Child, pause, useChildren } from '../support/child.js';
import {
  contentsOf,
  copyOf,
  expectVerified,
  newDimension,
  open,
  useTemplate,
} from '../support/dimensions.js';
import { runs } from '../support/level.js';

const KILLS = runs(6, 60);
const WORD = 'zyxommatic';
const KEPT = 40;

useChildren();

const template = useTemplate(async (path) => fill(await newDimension(path)));

/** Adds memories that are to be erased, and lets everything keep what it may. */
async function fill(path: string): Promise<string> {
  const d = new Dimension({ path, embedder: 'numpy' });
  const items = Array.from({ length: 300 }, (_, index) => {
    const content = `Vault ${String(index)} of ${WORD}. ${'Words of the vault. '.repeat(100)}`;
    return { realm: 'vaults', domain: 'notes', content, entity_id: `vault-${String(index)}` };
  });
  await d.batchAddEntities(items);
  await d.embedPending({ snapshot: true });
  await d.aaakCompress(`Of ${WORD}.`);
  await d.close();
  return path;
}

/** Whether the log still says it. Read while only another process has the dimension open. */
function isInLog(path: string): boolean {
  const folder = join(path, 'log');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const segments = names.filter((name) => name.endsWith('.seg'));
  return segments.some((name) => readFileSync(join(folder, name)).includes(WORD));
}

/** Opens it as the next process would, and closes it again. @returns how many memories there are */
async function opened(path: string): Promise<number> {
  const { dimension } = open(path);
  const count = Object.keys(await contentsOf(dimension)).length;
  await dimension.close();
  return count;
}

async function expectGone(path: string): Promise<void> {
  expect(filesWith(path, [WORD])).toEqual({});
  const { dimension } = open(path);
  await expectVerified(dimension);
  const found = await dimension.search('lighthouse', { mode: 'vector', limit: 100 });
  expect(found).toHaveLength(KEPT);
  await dimension.close();
}

describe('erasing that is killed', { timeout: 240_000 }, () => {
  it('when the log was cleared is finished by whoever opens the dimension next', async () => {
    const path = copyOf(template());
    const child = new Child('erase', path, { name: WORD });
    await child.line(({ ready }) => ready === true);
    while (isInLog(path)) await pause(1);
    const lines = await child.kill();
    expect(lines.some(({ done }) => done === true)).toBe(false);
    // Else there would be nothing to finish.
    expect(filesWith(path, [WORD])).not.toEqual({});
    expect(await opened(path)).toBe(KEPT);
    await expectGone(path);
  });

  it(`at any moment, ${String(KILLS)} times, is whole or never was`, async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const path = copyOf(template());
      const child = new Child('erase', path, { name: WORD });
      await child.line(({ ready }) => ready === true);
      await pause((kill * 600) / KILLS);
      await child.kill();
      const left = await opened(path);
      expect([KEPT, KEPT + 300]).toContain(left);
      if (left === KEPT) await expectGone(path);
    }
  });
});
