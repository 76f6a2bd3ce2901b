/** What is erased on one machine is gone on all that hear of it, and from what lies between. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { filesWith } from '../../support/bytes.js';
import { idsOf, expectSame, only, pairOfMachines } from '../../support/shipping.js';
import { open } from '../../support/dimensions.js';

const WORD = 'zyxommatic';
const SECRET = `The vault of ${WORD} opens with quince and lapwing at the ninth bell.`;

const addSecret = (d: Dimension): Promise<string> =>
  d.addEntity('work', 'notes', SECRET, { metadata: { who: `${WORD} meta` }, entityId: 'secret' });

/** Files with the word; whoever has the folder open closes it first. */
async function holding(d: Dimension): Promise<string[]> {
  await d.close();
  const found = Object.keys(filesWith(d.path, [WORD]));
  await d.reconnect();
  return found;
}

/** Fills whatever may keep a text. */
async function use(d: Dimension): Promise<void> {
  await d.embedPending({ snapshot: true });
  await d.aaakCompress(SECRET);
  await d.writeSideFiles();
  const { cursor } = await d.history({ limit: 1 });
  await d.asKnownAt(cursor, (past) => past.search(WORD));
}

describe('erase', { timeout: 120_000 }, () => {
  it('clears the remote with the next push, and the other machine with its next pull', async () => {
    const { remote, a, b } = await pairOfMachines();
    await addSecret(a);
    await a.kg.add('Ana', 'opens', `${WORD} vault`);
    await a.push();
    await b.pull();
    await use(a);
    await use(b);
    expect((await holding(b)).length).toBeGreaterThan(4);
    expect(filesWith(remote, [WORD])).not.toEqual({});
    const receipt = await a.erase({ match: WORD });
    expect(receipt.found).toEqual([]);
    expect(receipt.remotes_unheard).toEqual([{ name: 'usb', location: remote, keeps: [] }]);
    expect(await holding(a)).toEqual([]);
    await a.push();
    expect(filesWith(remote, [WORD])).toEqual({});
    await b.pull();
    expect(await holding(b)).toEqual([]);
    await b.push();
    await a.pull();
    expect(filesWith(remote, [WORD])).toEqual({});
    expect(await holding(a)).toEqual([]);
    await expectSame(a, b);
  });

  it('reaches a machine that was away, and what that wrote meanwhile of it', async () => {
    const { remote, a, b } = await pairOfMachines();
    await addSecret(a);
    await a.push();
    await b.pull();
    await a.erase({ ids: ['secret'] });
    await a.push();
    // Away, it goes on with the memory, and pushes before it pulls.
    await b.updateEntity('secret', { content: `${SECRET} Revised far away.` });
    await b.addEntity('work', 'notes', 'Of the far machine.', { entityId: 'b-1' });
    await use(b);
    await b.push();
    expect(filesWith(remote, [WORD])).not.toEqual({});
    expect(await only(b.pull())).toMatchObject({ refused: [], waiting: [] });
    expect(await holding(b)).toEqual([]);
    await b.push();
    expect(filesWith(remote, [WORD])).toEqual({});
    await a.pull();
    expect(await holding(a)).toEqual([]);
    expect(await idsOf(a)).toEqual(['a-1', 'b-1']);
    await expectSame(a, b);
  });

  it('is not undone by an older copy of the folder that is put back', async () => {
    const { base, remote, a, b } = await pairOfMachines();
    await addSecret(a);
    await use(a);
    await a.push();
    await a.close();
    const backup = join(base, 'backup');
    cpSync(a.path, backup, { recursive: true });
    await a.reconnect();
    await a.erase({ ids: ['secret'] });
    await a.push();
    await a.close();
    rmSync(a.path, { recursive: true });
    cpSync(backup, a.path, { recursive: true });
    const { dimension: restored } = open(a.path);
    expect(await idsOf(restored)).toEqual(['a-1', 'secret']);
    await restored.pull();
    expect(await holding(restored)).toEqual([]);
    await restored.addEntity('work', 'notes', 'Written after that.', { entityId: 'a-2' });
    await restored.push();
    expect(filesWith(remote, [WORD])).toEqual({});
    await b.pull();
    expect(await holding(b)).toEqual([]);
    await expectSame(restored, b);
  });

  it('is followed by another process that has the dimension open', async () => {
    const { a } = await pairOfMachines();
    await addSecret(a);
    const { dimension: other } = open(a.path);
    await use(other);
    expect(await other.search(WORD)).not.toEqual([]);
    await a.erase({ ids: ['secret'] });
    expect(await other.search(WORD, { mode: 'keyword' })).toEqual([]);
    await other.aaakCompress('Something else.');
    await other.close();
    expect(await holding(a)).toEqual([]);
  });
});
