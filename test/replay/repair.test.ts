import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dimension } from '../../src/index.js';

let folder: string;
let dimension: Dimension;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'alt-repair-'));
  dimension = new Dimension({ path: folder, embedder: 'numpy' });
  await dimension.init();
});

afterEach(() => dimension.close());

async function addNumbered(count: number, from = 1): Promise<void> {
  for (let index = from; index < from + count; index += 1) {
    const content = `memory number ${String(index)}`;
    await dimension.addEntity('work', 'notes', content, { entityId: `m${String(index)}` });
  }
}

/** The only segment of the only replica. */
function segmentPath(): string {
  const [replica = ''] = readdirSync(join(folder, 'log'));
  const [segment = ''] = readdirSync(join(folder, 'log', replica));
  return join(folder, 'log', replica, segment);
}

/** Alters one byte of the text of that memory, in the log. */
function flipInside(text: string): void {
  const path = segmentPath();
  const bytes = readFileSync(path);
  const at = bytes.indexOf(text);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

const ids = async (): Promise<string[]> =>
  (await dimension.listEntities({ limit: 100 })).map(({ id }) => id).sort();

describe('repair of a damaged log', () => {
  it('finds nothing in a sound log', async () => {
    await addNumbered(3);
    expect(await dimension.upkeep.salvage({ dryRun: true })).toBeUndefined();
  });

  it('says what would be lost, and changes nothing, in a dry run', async () => {
    await addNumbered(6);
    flipInside('memory number 3');
    const before = readFileSync(segmentPath());
    const damage = await dimension.upkeep.salvage({ dryRun: true });
    expect(damage).toMatchObject({ salvageableCommits: 3, salvageableEvents: 3 });
    expect(damage?.lost).toHaveLength(1);
    expect(readFileSync(segmentPath()).equals(before)).toBe(true);
  });

  it('keeps every whole commit behind the damage under a new replica id', async () => {
    await addNumbered(6);
    flipInside('memory number 3');
    expect((await dimension.verify()).ok).toBe(false);
    await dimension.upkeep.salvage({ dryRun: false });
    expect(await ids()).toEqual(['m1', 'm2', 'm4', 'm5', 'm6']);
    expect(readdirSync(join(folder, 'log'))).toHaveLength(2);
    expect(readdirSync(join(folder, 'quarantine'))).toHaveLength(1);
    expect((await dimension.verify()).problems).toEqual([]);
    await addNumbered(1, 7);
    expect(await ids()).toContain('m7');
    expect((await dimension.verify()).ok).toBe(true);
  });

  it('goes on under a new replica id when the log is shorter than it was', async () => {
    await addNumbered(6);
    const size = statSync(segmentPath()).size;
    flipInside('memory number 6');
    truncateSync(segmentPath(), size - 10);
    await expect(addNumbered(1, 7)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    const damage = await dimension.upkeep.salvage({ dryRun: false });
    expect(damage?.lost.length).toBeGreaterThan(0);
    expect(await ids()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    await addNumbered(1, 7);
    expect(await ids()).toContain('m7');
    expect((await dimension.verify()).ok).toBe(true);
  });

  it('is noticed by a process that was open all along', async () => {
    await addNumbered(4);
    flipInside('memory number 2');
    const other = new Dimension({ path: folder });
    await other.upkeep.salvage({ dryRun: false });
    await other.close();
    await addNumbered(1, 9);
    expect(await ids()).toEqual(['m1', 'm3', 'm4', 'm9']);
    const { events: newest } = await dimension.history({ limit: 1 });
    const { events: first } = await dimension.history({ limit: 50, entityId: 'm1' });
    expect(newest[0]?.event.split(':')[0]).not.toBe(first[0]?.event.split(':')[0]);
    expect((await dimension.verify()).ok).toBe(true);
  });

  it('is finished by the next one when it was killed before the damage was set aside', async () => {
    await addNumbered(4);
    flipInside('memory number 2');
    const damaged = segmentPath();
    const bytes = readFileSync(damaged);
    await dimension.upkeep.salvage({ dryRun: false });
    writeFileSync(damaged, bytes);
    expect((await dimension.verify()).ok).toBe(false);
    expect(await dimension.upkeep.salvage({ dryRun: false })).toBeDefined();
    expect(await ids()).toEqual(['m1', 'm3', 'm4']);
    expect((await dimension.verify()).ok).toBe(true);
  });

  it('is not needed to read what lies before the damage, even without views', async () => {
    await addNumbered(4);
    flipInside('memory number 3');
    await dimension.close();
    rmSync(join(folder, 'views'), { recursive: true });
    rmSync(join(folder, 'live.json'));
    const warnings: string[] = [];
    const reopened = new Dimension({ path: folder, onWarning: ({ code }) => warnings.push(code) });
    const found = (await reopened.listEntities()).map(({ id }) => id).sort();
    expect(found).toEqual(['m1', 'm2']);
    expect(warnings).toContain('LOG_DAMAGED');
    await expect(reopened.addEntity('work', 'notes', 'refused')).rejects.toMatchObject({
      code: 'LOG_DAMAGED',
    });
    expect((await reopened.verify()).problems.map(({ kind }) => kind)).toContain('damage');
    await reopened.close();
  });

  it('can be run again after it was cut short', async () => {
    await addNumbered(4);
    flipInside('memory number 2');
    await dimension.upkeep.salvage({ dryRun: false });
    expect(await dimension.upkeep.salvage({ dryRun: false })).toBeUndefined();
    expect(await ids()).toEqual(['m1', 'm3', 'm4']);
  });
});
