/** The dialect of a dimension: exact through the log, the same codes everywhere. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const TEXT = 'Alice told Bob that the brakes of the van must not be trusted.';

async function newDimension(): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'), { aaakCache: true });
  await dimension.init();
  return dimension;
}

const cacheOf = (dimension: Dimension): string => join(dimension.path, 'aaak_cache.json');

describe('an entry of a memory', () => {
  it('expands to the very text through the log', async () => {
    const dimension = await newDimension();
    const content = ' Alice  told Bob:\n"never | ever" ★ 王伟\n';
    const id = await dimension.addEntity('work', 'cars', content);
    const entry = await dimension.aaakMemory(id);
    expect(entry).toContain(`DR:${id}@`);
    expect(await dimension.aaakExpand(entry)).toEqual({
      text: content,
      exact: true,
      source: 'log',
      refs: [expect.stringMatching(`^${id}@[0-9a-f]{8}$`)],
    });
    expect(await dimension.aaakDecompress(`hello | DR:${id}`)).toBe(content);
  });

  it('expands to what the memory said then; without a revision to what it says now', async () => {
    const dimension = await newDimension();
    const id = await dimension.addEntity('work', 'cars', 'The brakes squeak.');
    const before = await dimension.aaakMemory(id);
    await dimension.updateEntity(id, { content: 'The brakes are fixed.' });
    await dimension.updateEntity(id, { metadata: { importance: 5 } });
    const after = await dimension.aaakMemory(id);
    expect(await dimension.aaakDecompress(before)).toBe('The brakes squeak.');
    expect(await dimension.aaakDecompress(after)).toBe('The brakes are fixed.');
    expect(await dimension.aaakDecompress(`DR:${id}`)).toBe('The brakes are fixed.');
    expect(after).toContain('★★★★★');
    await dimension.rebuild();
    expect(await dimension.aaakDecompress(before)).toBe('The brakes squeak.');
  });

  it('may be of a diary record, whose persons have codes as all others', async () => {
    const dimension = await newDimension();
    const text = 'Zelda told Morwen that the brakes squeak.';
    const { entity_id: id } = await dimension.diaryWrite('claude', text);
    const entry = await dimension.aaakMemory(id);
    expect(entry).toContain(`DR:${id}@`);
    expect(await dimension.aaakExpand(entry)).toMatchObject({ text, source: 'log' });
    expect((await dimension.getAaakSpec()).spec).toMatch(/MOR=Morwen ZEL=Zelda/);
  });

  it('gives every spelling of a person in the people map one code', async () => {
    const dimension = await newDimension();
    await dimension.setPeopleMap({ Bobby: 'Robert', 'Big Bob': 'Robert' });
    expect(await dimension.aaakCompress('Bobby manages Alice.')).toContain('ROB--manages--ALC');
    expect(await dimension.aaakCompress('Robert manages Alice.')).toContain('ROB--manages--ALC');
    await dimension.setPeopleMap({ Bobby: 'Barbara' });
    expect(await dimension.aaakCompress('Bobby manages Alice.')).toContain('BAR--manages--ALC');
  });

  it('joins the texts of several references', async () => {
    const dimension = await newDimension();
    await dimension.addEntity('work', 'cars', 'one', { entityId: 'a|b' });
    await dimension.addEntity('work', 'cars', 'two', { entityId: 'c@d' });
    const entry = `${await dimension.aaakMemory('a|b')} | DR:c%40d`;
    expect(await dimension.aaakDecompress(entry)).toBe('one\n\ntwo');
  });

  it('is only read once the memory is deleted, unless history is asked for', async () => {
    const dimension = await newDimension();
    const id = await dimension.addEntity('work', 'cars', TEXT);
    const entry = await dimension.aaakMemory(id);
    await dimension.deleteEntity(id);
    expect(await dimension.aaakExpand(entry)).toMatchObject({
      exact: false,
      source: 'reading',
      reason: 'deleted',
    });
    expect(await dimension.aaakExpand(entry, { history: true })).toMatchObject({
      text: TEXT,
      exact: true,
    });
    expect(await dimension.aaakExpand('x | DR:none')).toMatchObject({ reason: 'not_found' });
    expect(await dimension.aaakExpand(`x | DR:${id}@00000000`, { history: true })).toMatchObject({
      reason: 'not_found',
      exact: false,
    });
  });

  it('carries the flags and the importance that its metadata says', async () => {
    const dimension = await newDimension();
    const metadata = { sensitivity: 'MAXIMUM', genesis: true, priority: 'critical' };
    const id = await dimension.addEntity('work', 'cars', 'The keys hang here.', { metadata });
    expect(await dimension.aaakMemory(id)).toMatch(
      /^keys hang \| SENSITIVE\+GENESIS \| ★{5} \| DR:/,
    );
  });

  it('that is AAAK already stays as it was written', async () => {
    const dimension = await newDimension();
    const diary = 'SESSION:2026-05-31|fixed.auth.race.cond|★★★';
    const id = await dimension.addEntity('work', 'diary', diary);
    expect(await dimension.aaakMemory(id)).toMatch(
      new RegExp(`^${diary.replace(/[|.]/g, '\\$&')} \\| DR:`),
    );
    expect(await dimension.aaakDecompress(await dimension.aaakMemory(id))).toBe(diary);
  });

  it('of no memory is refused', async () => {
    const dimension = await newDimension();
    await expect(dimension.aaakMemory('none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(dimension.aaakCompress('x', 19)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'max_len must be an integer between 20 and 100000.',
    });
    await expect(dimension.aaakCompress('x', { maxLen: 20, ref: 'a'.repeat(30) })).rejects.toThrow(
      'max_len too small for the reference.',
    );
  });
});

describe('codes', () => {
  it('follow the order of the log, outlive revision and deletion, and rebuilding', async () => {
    const dimension = await newDimension();
    const first = await dimension.addEntity('work', 'a', 'Alicia told us.');
    await dimension.addEntity('work', 'a', 'Alice told us.');
    const entry = 'Alice told Alicia to go.';
    const compressed = await dimension.aaakCompress(entry);
    expect(compressed).toMatch(/^ALI told ALC/);
    await dimension.updateEntity(first, { content: 'Nobody told us.' });
    await dimension.deleteEntity(first);
    expect(await dimension.aaakCompress(entry)).toBe(compressed);
    await dimension.rebuild();
    expect(await dimension.aaakCompress(entry, 400)).toBe(compressed);
  });

  it('are the same for another handle, and for one that has no cache', async () => {
    const dimension = await newDimension();
    await dimension.addEntity('work', 'a', 'Jordana told Jordan.');
    const { dimension: other } = open(dimension.path, { aaakCache: false });
    const [here, there] = [dimension, other].map((each) =>
      each.aaakCompress('Jordan met Jordana.'),
    );
    expect(await here).toBe(await there);
    await other.addEntity('work', 'a', 'Alina told us.');
    expect(await dimension.aaakCompress('Alicia met Alina.')).toMatch(/^ALC met ALN/);
  });

  it('of names that no memory tells of are kept in the cache and give way to the log', async () => {
    const dimension = await newDimension();
    expect(await dimension.aaakCompress('Alina told us.')).toMatch(/^ALN/);
    await dimension.close();
    const { dimension: again } = open(dimension.path, { aaakCache: true });
    expect(await again.aaakCompress('Alan told Alina.')).toMatch(/^ALA told ALN/);
    await again.addEntity('work', 'a', 'Alnara told us.');
    expect(await again.aaakCompress('Alnara met Alina.')).toMatch(/^ALN met ALI/);
  });

  it('stand in the legend of the page, those used most first', async () => {
    const dimension = await newDimension();
    await dimension.addEntity('work', 'a', 'Bob told Alice.');
    await dimension.addEntity('work', 'a', 'Alice told us again.');
    const { spec, version } = await dimension.getAaakSpec();
    expect([spec.includes('K: ALC=Alice BOB=Bob'), version]).toEqual([true, 2]);
  });

  it('name what is parsed and read', async () => {
    const dimension = await newDimension();
    await dimension.addEntity('work', 'a', 'Alice loves Jordan.');
    const { entities } = await dimension.aaakParse('FAM: ALC→♡JOR');
    expect(entities.map(({ name }) => name)).toEqual(['Alice', 'Jordan']);
    expect(await dimension.aaakDecompress('FAM: ALC→♡JOR')).toBe('Family: Alice loves Jordan');
  });
});

describe('asking', () => {
  it('writes no event', async () => {
    const dimension = await newDimension();
    const before = (await dimension.status()).log.events;
    const entry = await dimension.aaakCompress(TEXT);
    await dimension.aaakExpand(entry);
    await dimension.aaakParse(entry);
    await dimension.getAaakSpec();
    expect((await dimension.status()).log.events).toBe(before);
  });

  it('works where there is no dimension, and makes none', async () => {
    const { dimension } = open(join(temporaryFolder(), 'none'));
    const entry = await dimension.aaakCompress('Alice loves Jordan');
    expect(entry).toBe('FAM: ALC→♡JOR | ★★★★');
    expect(await dimension.aaakDecompress(entry)).toBe('Alice loves Jordan');
    expect((await dimension.aaakParse(entry)).valid).toBe(true);
    expect((await dimension.getAaakSpec()).version).toBe(2);
    expect(dimension.exists).toBe(false);
  });

  it('works once the dimension is closed', async () => {
    const dimension = await newDimension();
    await dimension.close();
    expect(await dimension.aaakCompress('Alice loves Jordan')).toBe('FAM: ALC→♡JOR | ★★★★');
    await expect(dimension.aaakMemories()).rejects.toMatchObject({ code: 'DIMENSION_CLOSED' });
  });
});

describe('the memories of a dimension', () => {
  it('are shown oldest first, of one realm if asked, and stay what they are', async () => {
    const dimension = await newDimension();
    await dimension.addEntity('work', 'cars', TEXT, { sourceFile: 'van.md', entityId: 'one' });
    await dimension.addEntity('home', 'garden', 'Tulips in spring.', { entityId: 'two' });
    const [first, second] = await dimension.aaakMemories();
    expect(first).toEqual({
      id: 'one',
      realm: 'work',
      domain: 'cars',
      source_file: 'van.md',
      aaak: expect.stringMatching(
        /^⚠: ALC told BOB brakes van must not trusted .*DR:one@/,
      ) as string,
      original_tokens: 16,
      aaak_tokens: expect.any(Number) as number,
    });
    expect(second?.id).toBe('two');
    expect((await dimension.aaakMemories({ realm: 'Home' })).map(({ id }) => id)).toEqual(['two']);
    expect(await dimension.aaakMemories({ realm: '..' })).toEqual([]);
    expect((await dimension.getEntity('one'))?.content).toBe(TEXT);
  });

  it('leave nothing in the cache on a dry run', async () => {
    const dimension = await newDimension();
    await dimension.addEntity('work', 'cars', TEXT);
    await dimension.aaakMemories({ dryRun: true });
    await dimension.close();
    expect(existsSync(cacheOf(dimension))).toBe(false);
  });
});

describe('the story to wake up with', () => {
  it('tells each memory on a line that expands to it, with one legend of codes', async () => {
    const dimension = await newDimension();
    await dimension.addEntity('work', 'cars', TEXT, { entityId: 'one' });
    await dimension.addEntity('home', 'family', 'Alice loves Jordan.', { entityId: 'two' });
    await dimension.addEntity('work', 'cars', 'Eve told us.', { entityId: 'three' });
    await dimension.addEntity('me', 'diary', 'SESSION:2026-05-31|done|★★', { entityId: 'four' });
    const memories = (await dimension.listEntities()).filter(({ id }) => id !== 'three');
    const { text, ids, omitted } = await dimension.aaakStory(memories);
    expect([ids.length, omitted]).toEqual([3, 0]);
    const [heading, legend, ...lines] = text.split('\n');
    expect(heading).toBe('## L1 — ESSENTIAL STORY (AAAK)');
    expect(legend).toBe('K: ALC=Alice JOR=Jordan BOB=Bob');
    const entries = lines.filter((line) => !line.startsWith('['));
    expect(lines.filter((line) => line.startsWith('['))).toEqual([
      '[home/family]',
      '[me/diary]',
      '[work/cars]',
    ]);
    for (const entry of entries) {
      const { source, exact, text: told } = await dimension.aaakExpand(entry);
      expect([source, exact]).toEqual(['log', true]);
      expect(memories.map(({ content }) => content)).toContain(told);
    }
    expect(text).toContain('SESSION:2026-05-31|done|★★ | DR:four');
  });

  it('stays within its budget and counts what it leaves out', async () => {
    const dimension = await newDimension();
    const long = 'The lighthouse keeper counts the waves because the harbour master asked. ';
    const memories = Array.from({ length: 200 }, (_, index) => ({
      id: `memory-${String(index)}`,
      realm: 'work',
      domain: `domain_${String(index % 5)}`,
      content: `${String(index)}: ${long.repeat(3)}`,
      importance: 5,
    }));
    const { text, ids, omitted } = await dimension.aaakStory(memories);
    expect([...text].length).toBeLessThanOrEqual(3_200);
    expect([...text].length).toBeGreaterThan(2_800);
    expect(ids.length + omitted).toBe(200);
    expect(text.endsWith(`\n…+${String(omitted)}`)).toBe(true);
    for (const line of text.split('\n').filter((entry) => entry.includes('DR:'))) {
      expect([...line].length).toBeLessThanOrEqual(160);
    }
    expect(await dimension.aaakStory([])).toMatchObject({ text: '## L1 — No memories yet.' });
  });
});
