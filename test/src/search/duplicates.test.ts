/** Equal text first, then the mean over the new text's passages of their best match. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension, DimensionOptions } from '../../../src/index.js';
import { Opening } from '../../../src/opening.js';
import { open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function opened(options: DimensionOptions = {}): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'), options);
  await dimension.init();
  return dimension;
}

/** A hundred words that fill one passage. */
const passage = (topic: string): string =>
  Array.from({ length: 100 }, (_, at) => `${topic}${String(at)}`).join(' ');

const RIVER = passage('river');
const TOWER = passage('tower');

describe('a check for duplicates', () => {
  it('takes the mean over the passages of the new text', async () => {
    const dimension = await opened();
    await dimension.addEntity('r', 'd', `${RIVER}\n${TOWER}`, { entityId: 'both' });
    await dimension.addEntity('r', 'd', RIVER, { entityId: 'half' });
    // The new text says what one memory says among other things, and more than the other does.
    const { matches } = await dimension.checkDuplicate(`${TOWER}\n${RIVER}`, 0.1);
    expect(matches.map(({ id, exact }) => [id, exact])).toEqual([
      ['both', false],
      ['half', false],
    ]);
    const [both, half] = matches.map(({ similarity }) => similarity);
    expect(both).toBeCloseTo(1, 5);
    expect(half).toBeGreaterThan(0.45);
    expect(half).toBeLessThan(0.75);
    const whole = await dimension.checkDuplicate(`${RIVER} `, 0.99);
    expect(whole.matches.map(({ id }) => id)).toEqual(['both', 'half']);
  });

  it('compares by the formula, computed by hand', async () => {
    const path = join(temporaryFolder(), 'dimension');
    const { dimension } = open(path);
    await dimension.init();
    const texts = ['a red kite over the hill', 'the hill was red at dusk'];
    for (const [at, text] of texts.entries()) {
      await dimension.addEntity('r', 'd', text, { entityId: String(at) });
    }
    const opening = new Opening({ path });
    const { embedder } = await opening.opened().embedding.space();
    const asked = 'a red kite over a hill';
    const { vectors } = await embedder.embedDocuments([asked, ...texts]);
    const row = (at: number): Float32Array => vectors.subarray(at * 384, (at + 1) * 384);
    const cosine = (at: number): number =>
      row(0).reduce((sum, value, index) => sum + value * (row(at)[index] ?? 0), 0);
    await opening.close();
    const { matches } = await dimension.checkDuplicate(asked, 0);
    expect(matches.map(({ id }) => id)).toEqual(['0', '1']);
    for (const [at, { similarity }] of matches.entries()) {
      expect(similarity).toBeCloseTo(cosine(at + 1), 5);
    }
  });

  it('needs the threshold to be reached, and gives at most five', async () => {
    const dimension = await opened();
    for (let at = 0; at < 8; at += 1) {
      await dimension.addEntity('r', 'd', `The ferry to Hull leaves at ${String(at)} o'clock.`);
    }
    const content = `The ferry to Hull leaves at nine o'clock.`;
    const { matches, duplicate } = await dimension.checkDuplicate(content, 0.5);
    expect([matches.length, duplicate]).toEqual([5, true]);
    const similarities = matches.map(({ similarity }) => similarity);
    expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
    const best = similarities[0] ?? 0;
    expect((await dimension.checkDuplicate(content, best)).duplicate).toBe(true);
    expect((await dimension.checkDuplicate(content, best + 1e-6)).duplicate).toBe(false);
    expect((await dimension.checkDuplicate(content)).threshold).toBe(0.9);
  });

  it('stays within a realm and domain when told to', async () => {
    const dimension = await opened();
    await dimension.addEntity('one', 'd', 'The same words.', { entityId: 'first' });
    await dimension.addEntity('two', 'e', 'The same words.', { entityId: 'second' });
    const idsIn = async (within: object): Promise<string[]> => {
      const { matches } = await dimension.checkDuplicate('The same words.', 0.9, within);
      return matches.map(({ id }) => id);
    };
    expect(await idsIn({})).toEqual(['first']);
    expect(await idsIn({ realm: 'Two' })).toEqual(['second']);
    expect(await idsIn({ realm: 'two', domain: 'd' })).toEqual([]);
    expect(await idsIn({ realm: '..' })).toEqual([]);
    const near = await dimension.checkDuplicate('The same words!', 0.5, { domain: 'e' });
    expect(near.matches.map(({ id, exact }) => [id, exact])).toEqual([['second', false]]);
  });

  it('looks for equal text only where there are no vectors, and says so', async () => {
    const without = await opened({ embedder: 'embeddinggemma' });
    await without.addEntity('r', 'd', 'The same words.', { entityId: 'same' });
    expect(await without.checkDuplicate('The same words.')).toMatchObject({
      duplicate: true,
      matches: [{ id: 'same', similarity: 1, exact: true }],
      warnings: [],
    });
    const other = await without.checkDuplicate('Other words.');
    expect(other).toMatchObject({ duplicate: false, matches: [], vector_disabled: true });
    expect(other.warnings[0]).toMatch(/^Only equal text was looked for: ./);
    const unknown = await (await opened()).checkDuplicate('…?!');
    expect(unknown).toMatchObject({ duplicate: false, vector_disabled: true });
  });
});
