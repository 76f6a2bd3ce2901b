/** Personas by name, which one is active, and what a deletion leaves. */
import { describe, it } from 'vitest';
import { streamOf, type EventDataOf } from '../../events/index.js';
import {
  activePersona,
  knowsPersonas,
  listPersonas,
  settingOf,
  type Db,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { given, settingChanged, undone } from '../support/given.js';
import { IDENTITY } from '../support/replicas.js';

type Fields = Omit<EventDataOf<'PersonaDefined'>, 'name'>;

const streamFor = (name: string): string => streamOf(IDENTITY.key, 'persona', name);
const defined = (name: string, data: Fields = {}): NewEvent => {
  return { type: 'PersonaDefined', stream: streamFor(name), data: { name, ...data } };
};
const deleted = (name: string): NewEvent => {
  return { type: 'PersonaDeleted', stream: streamFor(name), data: { name } };
};
const activated = (name: string): NewEvent => {
  const stream = streamOf(IDENTITY.key, 'setting', 'persona');
  return { type: 'PersonaActivated', stream, data: { name } };
};
const identitySet = (text: string): NewEvent => {
  const stream = streamOf(IDENTITY.key, 'setting', 'identity');
  return { type: 'IdentitySet', stream, data: { text } };
};
const names = (db: Db) => listPersonas(db).map(({ name }) => name);
const active = (db: Db) => activePersona(db)?.name;

describe('a persona', () => {
  it('keeps what a change does not name, and replaces metadata whole', () => {
    given(defined('coder', { system_prompt: 'Be brief.', metadata: { a: 1, b: 2 } }))
      .when(defined('coder', { description: '' }), defined('coder', { metadata: { c: 3 } }))
      .then('SELECT name, system_prompt, description, metadata FROM personas', [
        {
          ...{ name: 'coder', system_prompt: 'Be brief.', description: '' },
          metadata: '{"c":3}',
        },
      ]);
  });

  it('can be cleared of its prompt', () => {
    given(defined('coder', { system_prompt: 'Be brief.' }))
      .when(defined('coder', { system_prompt: '' }))
      .then('SELECT system_prompt FROM personas', [{ system_prompt: '' }]);
  });

  it('is gone once deleted, and back whole when a change arrives after it', () => {
    given(defined('coder', { system_prompt: 'Be brief.' }))
      .when(deleted('coder'))
      .then(names, []);
    given(defined('coder', { system_prompt: 'Be brief.' }), deleted('coder'))
      .when(defined('coder', { description: 'Writes code' }))
      .then('SELECT system_prompt, description, living FROM personas', [
        { system_prompt: 'Be brief.', description: 'Writes code', living: 1 },
      ]);
    given(defined('coder'), deleted('coder')).when(undone(1)).then(names, ['coder']);
  });

  it('is listed in the order of making; one that is made again comes last', () => {
    given(defined('b'), defined('a'), deleted('b')).when(defined('b')).then(names, ['a', 'b']);
  });
});

describe('the active persona', () => {
  it('is the one that was activated last', () => {
    given(defined('a'), defined('b'), activated('a')).when(activated('b')).then(active, 'b');
  });

  it('is none when that one is deleted, or none was chosen', () => {
    given(defined('a'), activated('a')).when(deleted('a')).then(active, undefined);
    given(defined('a'), activated('a')).when(activated('')).then(active, undefined);
    given(defined('a'), activated('a')).when(undone(1)).then(active, undefined);
  });

  it('is none when the setting holds something else', () => {
    given(defined('a')).when(settingChanged('persona', 'a')).then(active, undefined);
  });
});

describe('the log', () => {
  it('knows personas once it spoke of one, deleted or not', () => {
    given().when(settingChanged('theme', 1)).then(knowsPersonas, false);
    given(defined('a')).when(deleted('a')).then(knowsPersonas, true);
    given().when(activated('')).then(knowsPersonas, true);
  });

  it('says who the user is: the last word counts', () => {
    given(identitySet('I am Ada.'))
      .when(identitySet('I am Bo.'))
      .then((db: Db) => settingOf(db, 'identity'), { text: 'I am Bo.' });
  });
});
