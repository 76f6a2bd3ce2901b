import { afterEach, describe, expect, it, vi } from 'vitest';
import { newKnowledge } from '../../support/knowledge.js';

afterEach(() => vi.unstubAllEnvs());

describe('a node', () => {
  it('is what was said of it; what is not said stays', async () => {
    const { kg } = await newKnowledge();
    const first = await kg.addEntity(' Ana ');
    expect(first).toEqual({ key: 'ana', name: 'Ana', type: 'unknown', properties: {} });
    await kg.addEntity('Ana', 'Person', { born: 1990, realm: 'kept' });
    const typed = {
      key: 'ana',
      name: 'ANA',
      type: 'person',
      properties: { born: 1990, realm: 'kept' },
    };
    expect(await kg.addEntity('ANA')).toEqual(typed);
    expect(await kg.addEntity('ANA', undefined, {})).toEqual({ ...typed, properties: {} });
  });

  it('that is said again as it is leaves no event', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.addEntity('Ana', 'person', { born: 1990 });
    const { events } = (await dimension.status()).log;
    await kg.addEntity('Ana', 'person', { born: 1990 });
    expect((await dimension.status()).log.events).toBe(events);
  });

  it('is refused with a blank name or type, or properties that are none', async () => {
    const { kg } = await newKnowledge();
    const bad = [
      () => kg.addEntity(' '),
      () => kg.addEntity('Ana', ' '),
      () => kg.addEntity('Ana', 'x', [] as never),
      () => kg.addEntity('Ana', 'x', { size: Number.NaN }),
    ];
    for (const call of bad)
      await expect(call()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
