/** Facts of a realm, such as a persona's: apart from all others. */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/index.js';
import { expectVerified } from '../../support/dimensions.js';
import { exchange, newKnowledge, secondMachine } from '../../support/knowledge.js';

const LIKES = ['Ana', 'likes', 'tea'] as const;
const CODER = { realm: 'persona_coder' };
const where = (facts: readonly Fact[]): (string | undefined)[] =>
  facts.map(({ realm }) => realm).sort();

describe('a fact of a realm', () => {
  it('is another fact than the same triple elsewhere, not found in other realms', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    const own = await kg.add(...LIKES, { source: 'me' });
    const first = await kg.add(...LIKES, { realm: 'Persona-Coder', source: 'coder' });
    const second = await kg.add(...LIKES, { realm: 'persona_poet', confidence: 0.1 });
    expect(new Set([own, first, second]).size).toBe(3);
    expect(await kg.add(...LIKES, CODER)).toBe(first);
    expect(where(await kg.query('Ana'))).toEqual(['persona_coder', 'persona_poet', undefined]);
    for (const found of [
      await kg.query('ana', { realm: 'Persona Coder' }),
      (await kg.timeline('ana', CODER)).reverse(),
      await kg.query(null, CODER),
    ]) {
      expect(found).toMatchObject([
        { id: first, realm: 'persona_coder', source: 'coder' },
        { id: own, source: 'me' },
      ]);
    }
    expect(where(await kg.query('Ana', { realm: 'elsewhere' }))).toEqual([undefined]);
    expect(await kg.get(own)).not.toHaveProperty('realm');
    expect(await kg.query('Ana', { realm: '../no' })).toEqual([]);
    expect(await kg.query('Ana', { realm: '' })).toHaveLength(3);
    await dimension.rebuild();
    expect(where(await kg.query('Ana', CODER))).toEqual(['persona_coder', undefined]);
    await expectVerified(dimension);
  });

  it('ends, and takes the place of others, in its realm alone', async () => {
    const { kg } = await newKnowledge();
    await kg.add(...LIKES);
    await kg.add(...LIKES, CODER);
    const ended = '2024-01-01';
    expect(await kg.invalidate(...LIKES, { realm: 'persona_poet', ended })).toBe(0);
    expect(await kg.invalidate(...LIKES, { ...CODER, ended })).toBe(1);
    const current = async (): Promise<string[]> => {
      const facts = await kg.query('Ana', { currentOnly: true });
      return facts.map(({ object, realm = '' }) => `${object} ${realm}`).sort();
    };
    expect(await current()).toEqual(['tea ']);
    await kg.add('Ana', 'likes', 'coffee', CODER);
    const instead = { validFrom: '2024-02-01', replace: true };
    await kg.add('Ana', 'likes', 'milk', { ...CODER, ...instead });
    expect(await current()).toEqual(['milk persona_coder', 'tea ']);
    await kg.add('Ana', 'likes', 'juice', instead);
    expect(await current()).toEqual(['juice ', 'milk persona_coder']);
  });

  it('is refused for a name that can be no realm, and nothing is written', async () => {
    const dimension = await newKnowledge();
    const before = (await dimension.status()).log.events;
    for (const realm of ['../x', '_', 'a/b', ' '] as const) {
      const add = dimension.kg.add(...LIKES, { realm });
      await expect(add).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      const end = dimension.kg.invalidate(...LIKES, { realm });
      await expect(end).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect((await dimension.status()).log.events).toBe(before);
  });

  it('is one with what another machine says in that realm', async () => {
    const here = await newKnowledge();
    const there = await secondMachine(here);
    await here.kg.add(...LIKES, { ...CODER, source: 'here' });
    await there.kg.add(...LIKES, { ...CODER, confidence: 0.5 });
    await there.kg.add(...LIKES);
    exchange(here, there);
    for (const { kg } of [here, there]) {
      expect(where(await kg.query('Ana'))).toEqual(['persona_coder', undefined]);
      expect(await kg.query('Ana', { ...CODER, source: 'here' })).toMatchObject([
        { realm: 'persona_coder', confidence: 0.5 },
      ]);
    }
  });

  it('is in knowledge_graph.json with its realm, and comes back from it', async () => {
    const [from, to] = [await newKnowledge(), await newKnowledge()];
    await from.kg.add(...LIKES);
    await from.kg.add(...LIKES, CODER);
    const file = await from.kg.exportJson();
    expect(await to.kg.importJson(file)).toMatchObject({ imported: 2 });
    expect(where(await to.kg.query('Ana'))).toEqual(['persona_coder', undefined]);
  });

  it('may come in a batch', async () => {
    const { kg } = await newKnowledge();
    const [subject, predicate, object] = LIKES;
    const triple = { subject, predicate, object };
    const ids = await kg.batchAdd([triple, { ...triple, ...CODER }, { ...triple, ...CODER }]);
    expect(ids[1]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });
});
