/** Personas: made, taken on, left and deleted; their memories are in realms of their own. */
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { copyOf, expectVerified, open } from '../../support/dimensions.js';
import { exchange } from '../../support/exchange.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function opened(path = temporaryFolder()): Promise<Dimension> {
  const { dimension } = open(path);
  await dimension.init();
  return dimension;
}

const events = async (dimension: Dimension): Promise<number> =>
  (await dimension.status()).log.events;
const namesOf = async (dimension: Dimension): Promise<string[]> =>
  (await dimension.listPersonas()).map(({ name }) => name);

describe('a persona that is made', () => {
  it('is not active, and has a realm', async () => {
    const dimension = await opened();
    const made = await dimension.createPersona('My Coder', {
      systemPrompt: 'You are an expert.',
      metadata: { tone: 'dry' },
    });
    expect(made).toEqual({
      name: 'my_coder',
      system_prompt: 'You are an expert.',
      description: '',
      metadata: { tone: 'dry' },
      realm: 'persona_my_coder',
      active: false,
    });
    expect(await dimension.getPersona()).toEqual({ name: '' });
    const [realm] = await dimension.listRealms();
    expect(realm).toMatchObject({ name: 'persona_my_coder', description: 'Persona: my_coder' });
  });

  it('is refused when there is one of that name, however it is spelled', async () => {
    const dimension = await opened();
    await dimension.createPersona('coder');
    const before = await events(dimension);
    await expect(dimension.createPersona(' CODER')).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining('already exists') as string,
    });
    expect(await events(dimension)).toBe(before);
  });
});

describe('the active persona', () => {
  it('is made or changed, and activated, by setting it', async () => {
    const dimension = await opened();
    const first = await dimension.setPersona('coder', { systemPrompt: 'A', description: 'd' });
    expect(first).toMatchObject({ active: true, created: true, previous: '' });
    const second = await dimension.switchPersona('architect');
    expect(second).toMatchObject({ active: true, created: true, previous: 'coder' });
    const again = await dimension.setPersona('Coder', { metadata: { x: 1 } });
    expect(again).toMatchObject({
      ...{ created: false, previous: 'architect', system_prompt: 'A', description: 'd' },
      metadata: { x: 1 },
    });
    expect(await dimension.setPersona('coder', { systemPrompt: '', metadata: {} })).toMatchObject({
      ...{ system_prompt: '', description: 'd', metadata: {} },
    });
    expect(await dimension.getPersona()).toMatchObject({ name: 'coder', active: true });
    expect((await dimension.status()).persona).toBe('coder');
  });

  it('appends nothing when nothing changes', async () => {
    const dimension = await opened();
    await dimension.setPersona('coder', { systemPrompt: 'A', metadata: { a: 1 } });
    const before = await events(dimension);
    await dimension.setPersona('coder', { systemPrompt: 'A', metadata: { a: 1 } });
    await dimension.setPersona('coder');
    expect(await events(dimension)).toBe(before);
  });

  it('lends its prompt to whoever asks without a name', async () => {
    const dimension = await opened();
    expect(await dimension.getPersonaCharacter()).toBe('');
    await dimension.createPersona('coder', { systemPrompt: 'A' });
    await dimension.setPersona('architect', { systemPrompt: 'B' });
    expect(await dimension.getPersonaCharacter()).toBe('B');
    expect(await dimension.getPersonaCharacter('CODER')).toBe('A');
    expect(await dimension.getPersonaCharacter('nobody')).toBe('');
    expect(await dimension.findCharacter('a/b')).toMatchObject({ found: false });
  });

  it('is handed out as a copy: changing it changes nothing', async () => {
    const dimension = await opened();
    await dimension.setPersona('coder', { metadata: { a: 1 } });
    const persona = await dimension.getPersona();
    Object.assign(persona, { name: 'x' });
    if ('metadata' in persona) Object.assign(persona.metadata, { a: 2 });
    expect(await dimension.getPersona()).toMatchObject({ name: 'coder', metadata: { a: 1 } });
  });
});

describe('a persona that is deleted', () => {
  it('leaves its memories, and nobody active', async () => {
    const dimension = await opened();
    await dimension.setPersona('My Coder');
    await dimension.addEntity('persona_my_coder', 'notes', 'kept');
    expect(await dimension.removePersona('my-coder')).toEqual({
      deleted: true,
      name: 'my_coder',
      was_active: true,
      realm: 'persona_my_coder',
    });
    expect(await dimension.getPersona()).toEqual({ name: '' });
    const kept = await dimension.listEntities({ realm: 'persona_my_coder' });
    expect(kept.map(({ content }) => content)).toEqual(['kept']);
    expect(await dimension.deletePersona('my_coder')).toBe(false);
    expect(await dimension.deletePersona('a/b')).toBe(false);
    await expectVerified(dimension);
  });

  it('can be made again, empty and not active', async () => {
    const dimension = await opened();
    await dimension.setPersona('coder', { systemPrompt: 'A' });
    await dimension.deletePersona('coder');
    expect(await dimension.createPersona('coder')).toMatchObject({
      system_prompt: '',
      active: false,
    });
  });
});

describe('the list', () => {
  it('is in the order of making, and marks the active one', async () => {
    const dimension = await opened();
    expect(await dimension.listPersonas()).toEqual([]);
    for (const name of ['zed', 'ada', 'mid']) await dimension.createPersona(name);
    await dimension.setPersona('ada');
    const marked = (await dimension.listPersonas()).map(({ name, active }) => [name, active]);
    expect(marked).toEqual([
      ['zed', false],
      ['ada', true],
      ['mid', false],
    ]);
  });
});

describe('a realm of a persona', () => {
  it('may be deleted with the persona staying; setting the persona makes it again', async () => {
    const dimension = await opened();
    await dimension.createRealm('persona_coder', 'Mine');
    await dimension.setPersona('coder');
    expect(await dimension.listRealms()).toMatchObject([{ description: 'Mine' }]);
  });
});

describe('bad input', () => {
  it.each([
    ['a blank name', '', {}, 'INVALID_ARGUMENT'],
    ['a name with a slash', 'a/b', {}, 'INVALID_ARGUMENT'],
    ['a name too long for its realm', 'a'.repeat(121), {}, 'INVALID_ARGUMENT'],
    ['a prompt with NUL', 'a', { systemPrompt: 'x\0' }, 'INVALID_ARGUMENT'],
    ['a prompt over its limit', 'a', { systemPrompt: 'x'.repeat(100_001) }, 'TOO_LARGE'],
    ['a description over its limit', 'a', { description: 'x'.repeat(2_001) }, 'TOO_LARGE'],
    ['metadata that are no object', 'a', { metadata: [] as never }, 'INVALID_ARGUMENT'],
    ['a prompt that is no text', 'a', { systemPrompt: 7 as never }, 'INVALID_ARGUMENT'],
  ])('is refused and leaves no event: %s', async (_, name, options, code) => {
    const dimension = await opened();
    const before = await events(dimension);
    await expect(dimension.createPersona(name, options)).rejects.toMatchObject({ code });
    await expect(dimension.setPersona(name, options)).rejects.toMatchObject({ code });
    expect(await events(dimension)).toBe(before);
  });

  it('takes the longest that is allowed', async () => {
    const dimension = await opened();
    const name = 'a'.repeat(120);
    const options = { systemPrompt: '🙂'.repeat(100_000), description: '🙂'.repeat(2_000) };
    expect(await dimension.setPersona(name, options)).toMatchObject({ name, created: true });
    await expect(dimension.deletePersona(' ')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('several handles', () => {
  it('on one dimension see each other’s changes at once', async () => {
    const path = temporaryFolder();
    const [one, other] = [await opened(path), await opened(path)];
    await one.setPersona('coder', { systemPrompt: 'A' });
    expect(await other.getPersonaCharacter()).toBe('A');
    await other.deletePersona('coder');
    expect(await one.getPersona()).toEqual({ name: '' });
  });

  it('on two machines that activated different personas agree on one', async () => {
    const path = temporaryFolder();
    const first = await opened(path);
    await first.createPersona('coder', { systemPrompt: 'A' });
    const copy = copyOf(path);
    const second = await opened(copy);
    await first.setPersona('coder', { description: 'of the first' });
    await second.setPersona('architect');
    await second.setPersona('coder', { systemPrompt: 'of the second' });
    await second.setPersona('architect');
    exchange(path, copy);
    // The later one in the order of events, on every machine and after a fold from nothing.
    for (const dimension of [first, second]) {
      expect(await dimension.getPersona()).toMatchObject({ name: 'architect' });
      const coder = (await dimension.listPersonas()).find(({ name }) => name === 'coder');
      expect(coder).toMatchObject({ system_prompt: 'of the second', description: 'of the first' });
    }
    expect(await expectVerified(first)).toBe(await expectVerified(second));
    await second.rebuild();
    expect(await second.getPersona()).toMatchObject({ name: 'architect' });
  });

  it('do not activate a persona anew that one deleted while another activated it', async () => {
    const path = temporaryFolder();
    const first = await opened(path);
    await first.createPersona('coder');
    const copy = copyOf(path);
    const second = await opened(copy);
    await first.deletePersona('coder');
    const activating = second.setPersona('coder');
    await activating;
    exchange(path, copy);
    expect(await first.getPersona()).toEqual({ name: '' });
    expect(await namesOf(first)).toEqual([]);
    expect(await first.createPersona('coder')).toMatchObject({ active: false });
  });
});
