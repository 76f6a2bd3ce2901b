/** Files beside the log are copies: written whole, closed to others, mended, never relied on. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../events/index.js';
import type { Dimension } from '../../../src/index.js';
import { writeSideFiles, type SideFile } from '../../../src/side-files/side-file.js';
import type { Session } from '../../../src/session.js';
import { copyOf, expectVerified, open } from '../../support/dimensions.js';
import { exchange } from '../../support/exchange.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function opened(path = temporaryFolder()) {
  const handle = open(path);
  await handle.dimension.init();
  return { ...handle, path, file: (name: string) => join(path, name) };
}

/** The files of a dimension that holds nothing yet are those of another product, or of a person. */
async function with_(files: Readonly<Record<string, string | Buffer>>) {
  const { path, dimension } = await opened();
  await dimension.close();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return opened(path);
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const mode = (path: string): number => statSync(path).mode & 0o777;
const events = async (dimension: Dimension): Promise<number> =>
  (await dimension.status()).log.events;

describe('persona.json', () => {
  it('says what the log says, for the owner’s eyes only', async () => {
    const { dimension, file } = await opened();
    expect(existsSync(file('persona.json'))).toBe(false);
    await dimension.setPersona('coder', { systemPrompt: 'A', metadata: { x: 1 } });
    const coder = { name: 'coder', system_prompt: 'A', description: '', metadata: { x: 1 } };
    expect(json(file('persona.json'))).toEqual({ active: 'coder', personas: { coder } });
    if (process.platform !== 'win32') expect(mode(file('persona.json'))).toBe(0o600);
    expect(existsSync(file('persona.json.new'))).toBe(false);
    await dimension.deletePersona('coder');
    expect(json(file('persona.json'))).toEqual({ active: '', personas: {} });
  });

  it.each([
    ['is deleted', (path: string) => rmSync(path)],
    ['is corrupt', (path: string) => writeFileSync(path, '{"active": "x", "perso')],
    ['says something else', (path: string) => writeFileSync(path, '{"active":"x","personas":{}}')],
    [
      'is a folder',
      (path: string) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ])('does not matter when it %s', async (_, spoil) => {
    const { dimension, file, path } = await opened();
    await dimension.setPersona('coder', { systemPrompt: 'A' });
    const before = await events(dimension);
    spoil(file('persona.json'));
    const { dimension: later } = await opened(path);
    expect(await later.getPersona()).toMatchObject({ name: 'coder', system_prompt: 'A' });
    expect((await later.listPersonas()).length).toBe(1);
    expect(await events(later)).toBe(before);
  });

  it('is mended by the next writing, and by opening where it is spoiled', async () => {
    const { dimension, file, path } = await opened();
    await dimension.setPersona('coder');
    const whole = readFileSync(file('persona.json'), 'utf8');
    writeFileSync(file('persona.json'), 'spoiled');
    await opened(path);
    expect(readFileSync(file('persona.json'), 'utf8')).toBe(whole);
    rmSync(file('persona.json'));
    expect(await dimension.writeSideFiles()).toEqual(['persona.json']);
    expect(await dimension.writeSideFiles()).toEqual([]);
    rmSync(file('persona.json'));
    await dimension.rebuild();
    expect(readFileSync(file('persona.json'), 'utf8')).toBe(whole);
  });

  it('that another product left is taken into the log once', async () => {
    const { dimension, path, codes } = await with_({
      'persona.json': JSON.stringify({
        active: 'My Coder',
        personas: {
          'My Coder': { name: 'My Coder', system_prompt: 'A', model: 'm', framework: 'f' },
          architect: { description: 'd', metadata: { x: 1 } },
          odd: 'no object',
        },
      }),
    });
    expect(await dimension.listPersonas()).toMatchObject([
      {
        ...{ name: 'my_coder', system_prompt: 'A', active: true, realm: 'persona_my_coder' },
        metadata: { model: 'm', framework: 'f' },
      },
      { name: 'architect', description: 'd', metadata: { x: 1 }, active: false },
      { name: 'odd', system_prompt: '' },
    ]);
    expect(codes()).toEqual([]);
    expect(await dimension.listRealms()).toMatchObject([
      ...[{ name: 'persona_architect' }, { name: 'persona_my_coder' }, { name: 'persona_odd' }],
    ]);
    const before = await events(dimension);
    const { dimension: again } = await opened(path);
    expect(await events(again)).toBe(before);
    await expectVerified(again);
  });

  it('of the oldest form names the active persona only', async () => {
    const { dimension } = await with_({ 'persona.json': '{"persona": "Ada"}' });
    expect(await dimension.getPersona()).toMatchObject({ name: 'ada' });
  });

  it.each([
    ['{"personas": {"a/b": {}, "fine": {}}, "active": "c!"}', ['fine'], 3],
    ['{"personas": {"A b": {"description": "1"}, "a-b": {"description": "2"}}}', ['a_b'], 2],
    ['{"personas": {"big": {"description": "'.concat('x'.repeat(2_001), '"}}}'), [], 1],
    ['not json', [], 1],
    ['[]', [], 1],
    ['{}', [], 0],
    ['{"personas": {}, "active": ""}', [], 0],
  ])('that cannot be understood is said and left as it is: %s', async (text, names, problems) => {
    const { dimension, warnings, file } = await with_({ 'persona.json': text });
    expect((await dimension.listPersonas()).map(({ name }) => name)).toEqual(names);
    expect(warnings.map(({ code }) => code)).toEqual(
      Array<string>(problems).fill('SIDE_FILE_UNREADABLE'),
    );
    const kept = problems > 0 && names.length > 0 ? 'persona.json.left-out' : 'persona.json';
    expect(readFileSync(file(kept), 'utf8')).toBe(text);
    const [first] = await dimension.listPersonas();
    if (first?.name === 'a_b') expect(first.description).toBe('1');
  });

  it('is taken in once by two that open at the same time', async () => {
    const { path, dimension } = await opened();
    await dimension.close();
    writeFileSync(join(path, 'persona.json'), '{"persona": "ada"}');
    const both = [open(path).dimension, open(path).dimension];
    await Promise.all(both.map((one) => one.init()));
    expect(await both[0]?.listPersonas()).toHaveLength(1);
    const log = await both[0]?.history({ type: 'PersonaDefined' });
    expect(log?.events).toHaveLength(1);
  });

  it('that cannot be written is a warning: the log has it', async (context) => {
    if (process.getuid?.() === 0) context.skip('the super-user may write anywhere');
    const { dimension, path, codes } = await opened();
    chmodSync(path, 0o500);
    await dimension.setPersona('coder');
    chmodSync(path, 0o700);
    expect(codes()).toEqual(['SIDE_FILES_BEHIND']);
    expect(await dimension.getPersona()).toMatchObject({ name: 'coder' });
  });

  it('that is in the way of a folder is a warning too', async () => {
    const { dimension, file, codes } = await opened();
    mkdirSync(join(file('persona.json'), 'inside'), { recursive: true });
    await dimension.setPersona('coder');
    expect(codes()).toEqual(['SIDE_FILES_BEHIND']);
    expect(await dimension.getPersona()).toMatchObject({ name: 'coder' });
    await dimension.kg.add('Ada', 'is_a', 'person');
    await expect(dimension.writeSideFiles()).rejects.toMatchObject({ name: 'AltError' });
    expect(json(file('knowledge_graph.json'))).toMatchObject({ facts: [{ subject: 'Ada' }] });
  });
});

describe('identity.txt', () => {
  it('says who the log says the user is', async () => {
    const { dimension, file } = await opened();
    expect(await dimension.getIdentity()).toBe('');
    await dimension.setIdentity('  I am Ada.\n');
    expect(readFileSync(file('identity.txt'), 'utf8')).toBe('I am Ada.\n');
    if (process.platform !== 'win32') expect(mode(file('identity.txt'))).toBe(0o600);
    const before = await events(dimension);
    await dimension.setIdentity('I am Ada.');
    expect([await dimension.getIdentity(), await events(dimension)]).toEqual(['I am Ada.', before]);
    await dimension.setIdentity('');
    expect([await dimension.getIdentity(), readFileSync(file('identity.txt'), 'utf8')]).toEqual([
      '',
      '',
    ]);
  });

  it('counts as it was edited, and goes into the log with the next opening to write', async () => {
    const { dimension, file, path } = await opened();
    writeFileSync(file('identity.txt'), 'I am Ada.\n');
    const before = await events(dimension);
    expect(await dimension.getIdentity()).toBe('I am Ada.');
    expect(await events(dimension)).toBe(before);
    const { dimension: writer } = await opened(path);
    rmSync(file('identity.txt'));
    expect(await writer.getIdentity()).toBe('I am Ada.');
    writeFileSync(file('identity.txt'), 'I am Bo.');
    await opened(path);
    await writer.writeSideFiles();
    expect(readFileSync(file('identity.txt'), 'utf8')).toBe('I am Bo.\n');
    const { events: said } = await writer.history({ type: 'IdentitySet' });
    expect(said.map(({ data }) => data)).toEqual([{ text: 'I am Bo.' }, { text: 'I am Ada.' }]);
  });

  it('is overtaken by what another machine said, and does not undo it', async () => {
    const { dimension: first, path } = await opened();
    await first.setIdentity('old');
    const copy = copyOf(path);
    const { dimension: second } = await opened(copy);
    await second.setIdentity('new');
    exchange(path, copy);
    expect(await first.getIdentity()).toBe('new');
    await opened(path);
    expect(readFileSync(join(path, 'identity.txt'), 'utf8')).toBe('new\n');
    expect(await first.getIdentity()).toBe('new');
  });

  it.each([
    ['deleted', (path: string) => rmSync(path)],
    ['emptied', (path: string) => writeFileSync(path, ' \n')],
  ])('does not matter when it is %s', async (_, spoil) => {
    const { dimension, file, path } = await opened();
    await dimension.setIdentity('I am Ada.');
    spoil(file('identity.txt'));
    const { dimension: later } = await opened(path);
    expect(await later.getIdentity()).toBe('I am Ada.');
    await later.writeSideFiles();
    expect(readFileSync(file('identity.txt'), 'utf8')).toBe('I am Ada.\n');
  });

  it.each([
    ['zeroes', Buffer.alloc(10)],
    ['another encoding', Buffer.from('I am J\xfcrgen', 'latin1')],
    ['far too much', Buffer.alloc(100_001, 'x')],
  ])('that holds %s is said, left alone and not believed', async (_, bytes) => {
    const { dimension, file, path } = await opened();
    await dimension.setIdentity('I am Ada.');
    writeFileSync(file('identity.txt'), bytes);
    const { dimension: later, codes } = await opened(path);
    expect([await later.getIdentity(), codes()]).toEqual(['I am Ada.', ['SIDE_FILE_UNREADABLE']]);
    await later.writeSideFiles();
    expect(readFileSync(file('identity.txt'))).toEqual(bytes);
    await later.setIdentity('I am Bo.');
    expect(readFileSync(file('identity.txt'), 'utf8')).toBe('I am Bo.\n');
  });

  it('has at most 100,000 characters', async () => {
    const { dimension } = await opened();
    const refused = dimension.setIdentity('x'.repeat(100_001));
    await expect(refused).rejects.toMatchObject({ code: 'TOO_LARGE' });
    const nul = dimension.setIdentity('a\0');
    await expect(nul).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('the copies of the knowledge graph and of the registry', () => {
  it('say what the log says, are mended, and are empty once all is retracted', async () => {
    const { dimension, file } = await opened();
    const read = (name: string): unknown => JSON.parse(readFileSync(file(name), 'utf8'));
    await dimension.writeSideFiles();
    expect(readdirSync(dimension.path)).not.toContain('knowledge_graph.json');
    const id = await dimension.kg.add('Ada', 'is_a', 'person');
    await dimension.writeSideFiles();
    const graph = { version: 1, facts: [{ id, subject: 'Ada', predicate: 'is_a' }] };
    expect(read('knowledge_graph.json')).toMatchObject(graph);
    expect(read('entity_registry.json')).toMatchObject({
      version: 1,
      entities: { Ada: { key: 'ada', type: 'person' } },
    });
    writeFileSync(file('knowledge_graph.json'), 'spoiled');
    await dimension.writeSideFiles();
    expect(read('knowledge_graph.json')).toMatchObject(graph);
    expect(await dimension.kg.query('Ada')).toHaveLength(1);
    await dimension.kg.retract(id);
    await dimension.writeSideFiles();
    expect(read('knowledge_graph.json')).toMatchObject({ facts: [] });
    expect(read('entity_registry.json')).toMatchObject({ entities: {} });
  });
});

describe('a folder of side files', () => {
  it('holds what it should of its own, and is closed to others', async () => {
    const { dimension, path, file } = await opened();
    // As a part of the dimension would: the session is nobody else's.
    const session = (dimension as unknown as { session(): Session }).session();
    let content = new Map([
      ['a.json', '1'],
      ['b.json', '2'],
    ]);
    const nodes: SideFile = { path: 'nodes', owns: /\.json$/, content: () => content };
    expect(await writeSideFiles(session, [nodes])).toEqual(['nodes/a.json', 'nodes/b.json']);
    if (process.platform !== 'win32') expect(mode(file('nodes'))).toBe(0o700);
    content = new Map([['b.json', '3']]);
    writeFileSync(join(path, 'nodes', 'b.json'), 'spoiled');
    expect(await writeSideFiles(session, [nodes])).toEqual(['nodes/b.json']);
    expect(readdirSync(file('nodes'))).toEqual(['b.json']);
    expect(readFileSync(file('nodes/b.json'), 'utf8')).toBe('3');
    expect(session.files).toBe(nodeFiles);
  });

  it('leaves what is not its own, and is no way to what a link leads to', async () => {
    const { dimension, file } = await opened();
    await dimension.addEntity('r', 'd', '# A heading of some length', { sourceFile: 'a.md' });
    await dimension.rebuildNodes();
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'ab.msgpack'), 'theirs');
    symlinkSync(elsewhere, file('nodes'), 'dir');
    await dimension.writeSideFiles();
    expect(readdirSync(elsewhere)).toEqual(['ab.msgpack']);
    const own = readdirSync(file('nodes'));
    expect(own).toHaveLength(1);
    mkdirSync(file('nodes/sub'));
    writeFileSync(file('nodes/notes.txt'), 'mine');
    writeFileSync(file('nodes/zz.msgpack'), 'mine');
    writeFileSync(file('nodes/00.msgpack'), 'of a source that is gone');
    await dimension.writeSideFiles();
    expect(readdirSync(file('nodes'))).toEqual([...own, 'notes.txt', 'sub', 'zz.msgpack']);
  });
});
