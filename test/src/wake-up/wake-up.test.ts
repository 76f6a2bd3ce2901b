/** What a session begins with: who the user is, the story of what matters, and further layers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { snippet } from '../../../src/wake-up/snippet.js';
import { tellStory, type StoryEntry } from '../../../src/wake-up/story.js';
import { open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

let home: string;

beforeEach(() => {
  home = temporaryFolder();
  vi.stubEnv('HOME', home);
  vi.stubEnv('USERPROFILE', home);
});
afterEach(() => vi.unstubAllEnvs());

async function opened(): Promise<{ dimension: Dimension; path: string }> {
  const path = temporaryFolder();
  const { dimension } = open(path);
  await dimension.init();
  return { dimension, path };
}

describe('L0', () => {
  it('names where to write who one is when nobody did', async () => {
    const { dimension, path } = await opened();
    const { l0, text } = await dimension.wakeUp();
    expect(l0.split('\n')).toEqual([
      '## L0 — IDENTITY',
      `Nothing yet: write who you are in ${join(path, 'identity.txt')}`,
    ]);
    expect(text).toBe(`${l0}\n\n## L1 — No memories yet.`);
  });

  it('is the file of the dimension, else the old place, else what the persona is', async () => {
    const { dimension, path } = await opened();
    await dimension.setPersona('coder', { systemPrompt: 'A', description: ' Writes code ' });
    expect((await dimension.wakeUp()).l0).toBe('Writes code');
    mkdirSync(join(home, '.alt-memory'));
    writeFileSync(join(home, '.alt-memory', 'identity.txt'), 'I am old.\n');
    expect((await dimension.wakeUp()).l0).toBe('I am old.');
    writeFileSync(join(path, 'identity.txt'), '\n I am Ada. \n');
    expect((await dimension.wakeUp()).l0).toBe('I am Ada.');
  });

  it('is shown whole when it is long, which is said', async () => {
    const { dimension } = await opened();
    await dimension.setIdentity('x'.repeat(2_000));
    expect((await dimension.wakeUp()).warnings).toEqual([]);
    await dimension.setIdentity('x'.repeat(2_001));
    const { l0, warnings } = await dimension.wakeUp();
    expect([l0.length, warnings.length]).toEqual([2_001, 1]);
  });
});

describe('L1', () => {
  it('tells what matters most, by place, with an estimate of its tokens', async () => {
    const { dimension } = await opened();
    await dimension.setIdentity('I am Ada.');
    const file = { sourceFile: '/home/ada/notes.md' };
    await dimension.addEntity('work', 'plans', 'plain\r\nwords', file);
    await dimension.addEntity('work', 'plans', 'vital', { metadata: { importance: 'critical' } });
    await dimension.addEntity('home', 'plans', `${'ü'.repeat(250)}`);
    const { text, l1, tokens_estimate } = await dimension.wakeUp();
    expect(text).toBe(
      [
        ...['I am Ada.', '', '## L1 — ESSENTIAL STORY', ''],
        ...['[home/plans]', `  - ${'ü'.repeat(197)}...`, ''],
        ...['[work/plans]', '  - vital', '  - plain words  (notes.md)'],
      ].join('\n'),
    );
    expect(tokens_estimate).toBe(Math.floor(text.length / 4));
    expect(l1).toMatchObject([
      { realm: 'home', domain: 'plans', importance: 3, source: '' },
      { realm: 'work', snippet: 'vital', importance: 5 },
      { snippet: 'plain words', source: 'notes.md', id: expect.any(String) as string },
    ]);
  });

  it('is of one realm when that is asked for, and then names domains only', async () => {
    const { dimension } = await opened();
    await dimension.addEntity('my_work', 'plans', 'one');
    await dimension.addEntity('home', 'plans', 'two');
    const { text } = await dimension.wakeUp({ realm: 'My Work' });
    expect(text.split('\n\n').slice(1)).toEqual(['## L1 — ESSENTIAL STORY', '[plans]\n  - one']);
    for (const realm of ['nowhere', '../x']) {
      const { text: none } = await dimension.wakeUp({ realm });
      expect(none.endsWith('\n\n## L1 — No memories yet.'), realm).toBe(true);
    }
  });

  it('finds the one that matters most however old it is, and no more than 15', async () => {
    const { dimension } = await opened();
    await dimension.addEntity('work', 'a', 'the oldest', { metadata: { priority: 5 } });
    for (let batch = 0; batch < 3; batch += 1) {
      const items = Array.from({ length: 900 }, (_, index) => {
        return { realm: 'work', domain: 'a', content: `memory ${String(batch * 900 + index)}` };
      });
      await dimension.batchAddEntities(items);
    }
    const { l1 } = await dimension.wakeUp();
    expect(l1.length).toBe(15);
    expect(l1[0]?.snippet).toBe('the oldest');
    expect(l1[1]?.snippet).toBe('memory 2699');
  });
});

describe('L1 in the dialect', () => {
  it('tells more in the same room, each line leading back to its memory', async () => {
    const { dimension } = await opened();
    const told = (index: number): string =>
      `Decision ${String(index)}: we use harbour ${String(index)} because it is near.`;
    const items = Array.from({ length: 60 }, (_, index) => ({
      ...{ realm: index % 2 === 0 ? 'work' : 'home', domain: 'plans', content: told(index) },
      metadata: { importance: index % 5 === 0 ? 5 : 2 },
    }));
    await dimension.batchAddEntities(items);
    const diary = 'SESSION:2026-05-31|done|★★★★★';
    await dimension.diaryWrite('claude', diary);
    const { text, l1, l0 } = await dimension.wakeUp({ aaak: true });
    const story = text.slice(l0.length + 2);
    expect(story.split('\n')[0]).toBe('## L1 — ESSENTIAL STORY (AAAK)');
    expect([...story].length).toBeLessThanOrEqual(3_200);
    expect(story.endsWith(`\n…+${String(61 - l1.length)}`)).toBe(true);
    expect(l1.length).toBeGreaterThan((await dimension.wakeUp()).l1.length);
    expect(story).toContain(`${diary} | DR:`);
    const lines = story.split('\n').filter((line) => line.includes('DR:'));
    expect(lines.length).toBe(l1.length);
    for (const [at, line] of lines.entries()) {
      const { text: original, exact } = await dimension.aaakExpand(line);
      expect([exact, original]).toEqual([
        true,
        (await dimension.getEntity(l1[at]?.id ?? ''))?.content,
      ]);
    }
    expect(l1.filter(({ importance }) => importance === 5).length).toBe(13);
  });

  it('is of one realm, and says when there is nothing', async () => {
    const { dimension } = await opened();
    await dimension.addEntity('work', 'plans', 'one');
    await dimension.addEntity('home', 'plans', 'two');
    const { l1 } = await dimension.wakeUp({ realm: 'Work', aaak: true });
    expect(l1.map(({ snippet: shown }) => shown)).toEqual(['one']);
    const { text } = await dimension.wakeUp({ realm: 'nowhere', aaak: true });
    expect(text.endsWith('\n\n## L1 — No memories yet.')).toBe(true);
  });
});

const entry = (id: string, length: number, domain = 'd'): StoryEntry => ({
  ...{ id, realm: 'r', domain, importance: 3, source: '' },
  snippet: 'x'.repeat(length),
});

describe('the story', () => {
  it('leaves out an entry that does not fit and goes on with shorter ones', () => {
    const long = Array.from({ length: 15 }, (_, index) => entry(`e${String(index)}`, 240));
    const { text, shown } = tellStory([...long, entry('short', 10, 'z')], true);
    expect(shown.at(-1)?.id).toBe('short');
    expect(shown.length).toBeLessThan(16);
    expect(text.endsWith('\n  ... (more in L3 search)')).toBe(true);
  });

  it('says that there is more only when there is', () => {
    expect(tellStory([entry('a', 10)], true).text).not.toContain('more in L3');
  });

  it('never spends more than 3,200 characters on its lines, whatever it is told', () => {
    const anyEntry = fc.record({
      id: fc.string(),
      realm: fc.constantFrom('r', 's'.repeat(128)),
      domain: fc.constantFrom('a', 'b', 'd'.repeat(128)),
      importance: fc.integer(),
      snippet: fc.string({ maxLength: 200 }),
      source: fc.constantFrom('', 'f'.repeat(300)),
    });
    const property = fc.property(
      fc.array(anyEntry, { maxLength: 15 }),
      fc.boolean(),
      (all, one) => {
        const { text, shown } = tellStory(all, one);
        const frame = '## L1 — ESSENTIAL STORY'.length + '  ... (more in L3 search)'.length;
        const joins = shown.length * 3 + 2;
        expect(text.length).toBeLessThanOrEqual(3_200 + frame + joins);
        for (const part of shown) expect(all).toContain(part);
      },
    );
    fc.assert(property);
  });
});

describe('a snippet', () => {
  it('is one line of at most so many characters, splitting no pair', () => {
    const property = fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 4, max: 20 }),
      (text, max) => {
        const line = snippet(text, max);
        expect([...line].length).toBeLessThanOrEqual(max);
        expect(/[\r\n]/.test(line)).toBe(false);
        expect(line.isWellFormed()).toBe(text.isWellFormed());
      },
    );
    fc.assert(property);
    expect([snippet('a'.repeat(5), 5), snippet('a'.repeat(6), 5)]).toEqual(['aaaaa', 'aa...']);
  });
});

describe('L2 and L3', () => {
  it('recall the newest of a place, and say which place is empty', async () => {
    const { dimension } = await opened();
    await dimension.addEntity('work', 'plans', 'one', { sourceFile: 'a/b.md' });
    await dimension.addEntity('work', 'plans', 'two');
    await dimension.addEntity('work', 'other', 'three');
    const { text, entities } = await dimension.memory.recall({ realm: 'Work', domain: 'plans' });
    expect(text).toBe('## L2 — ON-DEMAND (2 entities)\n  [plans] two\n  [plans] one  (b.md)');
    expect(entities.length).toBe(2);
    expect((await dimension.memory.recall({ limit: 1 })).entities.length).toBe(1);
    const none = await dimension.memory.recall({ realm: 'nowhere', domain: 'x' });
    expect(none).toEqual({ text: "No memories in realm 'nowhere', domain 'x'.", entities: [] });
    const { dimension: empty } = await opened();
    expect((await empty.memory.recall()).text).toBe('No memories yet.');
  });

  it('search with the similarity that is true: the best match has the highest', async () => {
    const { dimension } = await opened();
    await dimension.addEntity('work', 'plans', 'the lighthouse keeper', { sourceFile: 'a/b.md' });
    await dimension.addEntity('work', 'plans', 'something else entirely');
    const { text, results } = await dimension.memory.deepSearch('the lighthouse keeper', { n: 2 });
    expect(results[0]?.similarity).toBeCloseTo(1, 3);
    expect(text.split('\n').slice(0, 4)).toEqual([
      '## L3 — SEARCH RESULTS for "the lighthouse keeper"',
      '  [1] work/plans (sim=1.000)',
      '      the lighthouse keeper',
      '      src: b.md',
    ]);
    const nothing = await dimension.memory.deepSearch('lighthouse', { realm: 'nowhere' });
    expect([nothing.results, nothing.text.split('\n')[1]]).toEqual([[], '  Nothing found.']);
  });

  it('are told by the status of the stack', async () => {
    const { dimension, path } = await opened();
    await dimension.addEntity('a', 'b', 'c');
    const absent = { path: join(path, 'identity.txt'), exists: false };
    expect(await dimension.memory.status()).toMatchObject({
      ...{ dimension_path: path, L0_identity: absent, total_entities: 1 },
      L1_essential: { max_entities: 15 },
    });
    await dimension.setIdentity('x');
    expect((await dimension.memory.status()).L0_identity.exists).toBe(true);
  });
});
