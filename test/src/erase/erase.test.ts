/** Erased means gone: the raw bytes of every file are searched before, and after. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Db } from '../../../projections/index.js';
import type { Dimension } from '../../../src/index.js';
import type { Session } from '../../../src/session.js';
import { filesWith, filesWithBytes } from '../../support/bytes.js';
import { expectVerified } from '../../support/dimensions.js';
import { newKnowledge } from '../../support/knowledge.js';

/** Words that nothing but what is erased says. */
const WORD = 'zyxommatic';
const SECRET = `The vault of ${WORD} opens with quince and lapwing at the ninth bell.`;

/** Files with the word; the dimension is closed for it, and opened again. */
async function holding(d: Dimension, texts: readonly string[] = [WORD]): Promise<string[]> {
  await d.close();
  const found = filesWith(d.path, texts);
  await d.reconnect();
  return Object.keys(found);
}

/** A dimension with everything that could keep a text. */
async function full(): Promise<{ readonly d: Dimension; readonly id: string }> {
  const d = await newKnowledge();
  for (let index = 0; index < 30; index += 1) {
    await d.addEntity('work', 'notes', `Memory ${String(index)} of the lighthouse keeper.`);
  }
  const id = await d.addEntity('work', 'notes', SECRET, { metadata: { who: `${WORD} meta` } });
  await d.updateEntity(id, { content: `${SECRET} Twice.` });
  await d.embedPending({ snapshot: true });
  await d.aaakCompress(`A text about ${WORD} and its vault, never filed.`);
  const { cursor } = await d.history({ limit: 1 });
  await d.asKnownAt(cursor, (past) => past.search(WORD));
  return { d, id };
}

describe('erase', { timeout: 120_000 }, () => {
  it('leaves no byte of a memory in any file, whatever its versions said', async () => {
    const { d, id } = await full();
    const before = await holding(d);
    expect(before.some((file) => file.startsWith('log/'))).toBe(true);
    expect(before.some((file) => file.startsWith('views/known-at/'))).toBe(true);
    expect(before.some((file) => /^views\/\d+-/.test(file))).toBe(true);
    expect(before).toContain('aaak_cache.json');
    const dry = await d.erase({ ids: [id] }, { dryRun: true });
    expect(dry).toMatchObject({ dry_run: true, streams: 1, events: 2, found: null });
    expect(await d.getEntity(id)).toBeDefined();
    const receipt = await d.erase({ ids: [id, 'ent_nothing'] });
    expect(receipt).toMatchObject({
      dry_run: false,
      streams: 1,
      events: 2,
      kinds: { entity: 1 },
      not_found: ['ent_nothing'],
      found: [],
      pinned: [],
    });
    expect(await holding(d)).toEqual([]);
    await expectVerified(d);
    expect(await d.search(WORD, { mode: 'keyword' })).toEqual([]);
    expect(await d.search('lighthouse', { mode: 'vector', limit: 40 })).toHaveLength(30);
  });

  it('finds what said a text, also deleted, undone, in diaries, facts and names', async () => {
    const d = await newKnowledge();
    const kept = await d.addEntity('work', 'notes', 'Kept.');
    const gone = await d.addEntity('work', 'notes', SECRET);
    await d.deleteEntity(gone);
    await d.addEntity('work', 'notes', `Undone: ${SECRET}`);
    await d.undo({ commit: 'last' });
    await d.diaryWrite('claude', `Dear diary, ${SECRET}`);
    await d.kg.add('Ana', 'knows', `${WORD} vault`);
    await d.setIdentity(`I am the keeper of ${WORD}.`);
    await d.createPersona(WORD, { systemPrompt: `You are ${WORD}.` });
    await d.createRealm(WORD, `All of ${WORD}.`);
    await d.writeSideFiles();
    const before = await holding(d);
    expect(before).toEqual(
      expect.arrayContaining(['identity.txt', 'knowledge_graph.json', 'persona.json']),
    );
    const receipt = await d.erase({ match: WORD.toUpperCase() });
    expect(receipt.kinds).toMatchObject({ entity: 3, fact: 1, setting: 1, persona: 1, realm: 2 });
    expect(receipt.found).toEqual([]);
    expect(await holding(d)).toEqual([]);
    await expectVerified(d);
    expect((await d.listEntities()).map(({ id }) => id)).toEqual([kept]);
    // Nor does the copy of it come back as somebody's edit, while a real one does.
    await d.init();
    expect(readFileSync(join(d.path, 'identity.txt'), 'utf8').trim()).toBe('');
    writeFileSync(join(d.path, 'identity.txt'), 'I am somebody else.');
    await d.init();
    expect((await d.wakeUp()).text).toContain('I am somebody else.');
  });

  it('takes what was mined of a source, and mining it again does not bring it back', async () => {
    const d = await newKnowledge();
    const folder = join(d.path, '..', 'notes');
    mkdirSync(folder);
    const file = join(folder, 'secret.md');
    writeFileSync(file, `# ${WORD}\n\n${`${SECRET}\n\n`.repeat(20)}`);
    writeFileSync(join(folder, 'other.md'), `# Other\n\n${'Words of the other file. '.repeat(30)}`);
    await d.mine(folder, { realm: 'mined' });
    await d.rebuildNodes();
    await d.writeSideFiles();
    const before = await holding(d);
    expect(before.some((path) => path.startsWith('nodes/'))).toBe(true);
    const receipt = await d.erase({ source: file });
    expect(receipt.kinds.entity).toBeGreaterThan(0);
    expect(receipt.kinds.source).toBe(1);
    expect(receipt.found).toEqual([]);
    expect(await holding(d, [WORD, 'secret.md'])).toEqual([]);
    await expectVerified(d);
    const again = await d.mine(folder, { realm: 'mined' });
    expect(again.entities_erased).toBeGreaterThan(0);
    expect(again.entities_created).toBe(0);
    expect(await holding(d)).toEqual([]);
  });

  it('takes a realm with what was deleted in it, and leaves what was moved away', async () => {
    const d = await newKnowledge();
    await d.createRealm('doomed', `About ${WORD}.`);
    const moved = await d.addEntity('doomed', 'notes', 'Moved away in time.');
    const deleted = await d.addEntity('doomed', 'notes', SECRET);
    const arrived = await d.addEntity('work', 'notes', `Moved in: ${SECRET}`);
    await d.deleteEntity(deleted);
    await d.updateEntity(moved, { realm: 'work' });
    await d.updateEntity(arrived, { realm: 'doomed' });
    const receipt = await d.erase({ realm: 'doomed' });
    expect(receipt.found).toEqual([]);
    expect(receipt.kinds.entity).toBe(2);
    expect(await holding(d)).toEqual([]);
    expect((await d.listEntities()).map(({ id }) => id)).toEqual([moved]);
    expect((await d.listRealms()).map(({ name }) => name)).toEqual(['work']);
    await expectVerified(d);
  });

  it('takes a fact found in a memory with it, and lines that quote the memory', async () => {
    const d = await newKnowledge();
    const filed = { sourceFile: 'notes/one.md' };
    const id = await d.addEntity('work', 'notes', `${SECRET} ${WORD} again.`, filed);
    await d.addEntity('work', 'notes', 'The other part of the source stays.', filed);
    await d.kg.add('Ana', 'opens', `${WORD} vault`, { sourceEntityId: id });
    await d.rebuildNodes();
    const receipt = await d.erase({ ids: [id] });
    expect(receipt).toMatchObject({ derived: 1, kinds: { entity: 1, fact: 1 }, found: [] });
    expect(await holding(d)).toEqual([]);
    await expectVerified(d);
  });

  it('leaves no byte of a vector but of what is said elsewhere', async () => {
    const d = await newKnowledge();
    // Fewer vectors are in no file but the cache, and words that no other text says have none.
    for (const batch of ['first', 'second']) {
      await d.batchAddEntities(
        Array.from({ length: 1_000 }, (_, n) => [
          'more',
          'notes',
          `${batch} colour${String(n % 7)}`,
        ]),
      );
    }
    await d.addEntity('work', 'notes', 'colour1 colour2 colour3', { entityId: 'gone' });
    await d.addEntity('work', 'notes', 'colour4 colour5', { entityId: 'one' });
    await d.addEntity('work', 'notes', 'colour4 colour5', { entityId: 'two' });
    await d.embedPending({ snapshot: true });
    await d.close();
    const vectorOf = (text: string): Buffer => {
      const cache = new Db(join(d.path, 'cache', 'embeddings.db'), { readonly: true });
      const hash = createHash('sha256').update(text).digest().subarray(0, 16);
      const sql = 'SELECT vector FROM vectors WHERE text_hash = ?';
      const row = cache.get<{ vector: Buffer }>(sql, hash);
      cache.close();
      return row?.vector ?? Buffer.alloc(0);
    };
    const [gone, kept] = [vectorOf('colour1 colour2 colour3'), vectorOf('colour4 colour5')];
    expect(gone.length).toBe(1536);
    expect(filesWithBytes(d.path, gone)).toHaveLength(2);
    await d.reconnect();
    await d.erase({ ids: ['gone', 'one'] });
    await d.close();
    expect(filesWithBytes(d.path, gone)).toEqual([]);
    expect(filesWithBytes(d.path, kept)).toHaveLength(2);
    await d.reconnect();
    const found = await d.search('colour4 colour5', { mode: 'vector', limit: 1 });
    expect(found.map((one) => one.id)).toEqual(['two']);
  });

  it('says what else says the same, and in which other files it stands', async () => {
    const d = await newKnowledge();
    const [one, other] = [
      await d.addEntity('work', 'notes', SECRET),
      await d.addEntity('work', 'notes', `Quoted elsewhere: "${SECRET}"`),
    ];
    expect(await d.erase({ ids: [one] })).toMatchObject({ found: [], said_by: [other] });
    writeFileSync(join(d.path, 'left-by-somebody.txt'), `Copied: ${SECRET}`);
    expect(await d.erase({ ids: [other] })).toMatchObject({
      found: [{ file: 'left-by-somebody.txt', runs: 1 }],
      said_by: [],
    });
  });

  it('takes what a commit says it was made from, and what was made from that', async () => {
    const d = await newKnowledge();
    const ids: string[] = [];
    for (const content of [SECRET, 'Made from it.', 'Made from that.', 'Made from nothing.']) {
      ids.push(await d.addEntity('work', 'notes', content));
    }
    const { events } = await d.history({ type: 'EntityAdded', oldestFirst: true });
    const { store } = (d as unknown as { session(): Session }).session();
    // No command writes such references yet.
    await store.withLock((db) => {
      for (const [from, by] of [
        [0, 1],
        [1, 2],
      ] as const) {
        const { event, digest } = events[from] ?? {};
        const [, seq] = events[by]?.event.split(':') ?? [];
        db.run(
          'UPDATE commits SET derived_from = ? WHERE seq = ?',
          JSON.stringify([`${String(event)}:${String(digest)}`]),
          Number(seq),
        );
      }
    });
    const receipt = await d.erase({ ids: [ids[0] ?? ''] });
    expect(receipt).toMatchObject({ streams: 3, derived: 2 });
    expect((await d.listEntities()).map(({ id }) => id)).toEqual([ids[3]]);
  });

  it('says when a reader keeps old pages, and clears them once it has ended', async () => {
    const { d, id } = await full();
    const { store } = (d as unknown as { session(): Session }).session();
    const reader = new Db(store.viewsPath ?? '', { readonly: true });
    reader.exec('BEGIN');
    reader.all('SELECT count(*) FROM events');
    expect(await d.erase({ ids: [id] })).toMatchObject({ pinned: ['views'] });
    reader.exec('COMMIT');
    reader.close();
    await d.reconnect();
    expect(await holding(d)).toEqual([]);
  });

  it('removes what was set aside and tells of it', async () => {
    const { d, id } = await full();
    await d.close();
    const [log = ''] = Object.keys(filesWith(join(d.path, 'log'), [WORD]));
    mkdirSync(join(d.path, 'quarantine'));
    const bytes = readFileSync(join(d.path, 'log', log));
    writeFileSync(join(d.path, 'quarantine', 'tail'), bytes);
    writeFileSync(join(d.path, 'quarantine', 'other'), 'entity:ent_00000000000000000000000000');
    await d.reconnect();
    const receipt = await d.erase({ ids: [id] });
    expect(receipt.files_removed).toEqual(['quarantine/tail']);
    expect(await holding(d)).toEqual([]);
  });

  it.each([
    ['nothing', {}],
    ['two kinds', { ids: ['a'], realm: 'b' }],
    ['one letter', { match: ' a ' }],
    ['no ids', { ids: [] }],
  ])('is refused for %s', async (_, selection) => {
    const d = await newKnowledge();
    await expect(d.erase(selection)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('says when nothing is chosen, and spares what the dimension is', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'one');
    await expect(d.erase({ match: 'numpy' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(d.erase({ ids: ['ent_x'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await d.listEntities()).toHaveLength(1);
  });
});
