/** The newest value of a setting, the newest state of a mined source. */
import { describe, it } from 'vitest';
import { streamOf } from '../../events/index.js';
import { settingOf, sourceOfStream, type Db } from '../../projections/index.js';
import { embedderChosen, given, settingChanged, sourceMined, undone } from '../support/given.js';
import { IDENTITY } from '../support/replicas.js';

describe('a setting', () => {
  it('has the newest value, null and lists among them', () => {
    given(settingChanged('theme', 'dark'))
      .when(settingChanged('theme', null), settingChanged('order', ['a', { b: 1 }]))
      .then((db: Db) => [settingOf(db, 'theme'), settingOf(db, 'order')], [null, ['a', { b: 1 }]]);
  });

  it('that nobody set is undefined', () => {
    given()
      .when(settingChanged('theme', 1))
      .then((db: Db) => settingOf(db, 'other'), undefined);
  });

  it('has the value before when the newest is undone', () => {
    given(settingChanged('theme', 'dark'), settingChanged('theme', 'light'))
      .when(undone(1))
      .then((db: Db) => settingOf(db, 'theme'), 'dark');
  });
});

describe('the chosen embedder', () => {
  it('is the one that was chosen last', () => {
    given(embedderChosen('words'))
      .when(embedderChosen('minilm'))
      .then((db: Db) => settingOf(db, 'embedder'), {
        requested: 'minilm',
        name: 'minilm',
        space: 'minilm/1',
      });
  });
});

describe('a mined source', () => {
  const stream = streamOf(IDENTITY.key, 'source', 'notes.md');
  const ask = (db: Db) => sourceOfStream(db, stream);
  const state = {
    sourceFile: '/notes.md',
    hash: '0a'.repeat(16),
    sizeBytes: 10,
    mtimeMs: null,
    normalizeVersion: 1,
    layout: [['e1', 1, 2]],
  };

  it('has the layout that was read last', () => {
    const layout: [string, number, number][] = [
      ['e2', 1, 9],
      ['e1', 10, 12],
    ];
    given(sourceMined('notes.md'))
      .when(sourceMined('notes.md', { layout, size_bytes: 20, mtime_ms: 77 }))
      .then(ask, { ...state, layout, sizeBytes: 20, mtimeMs: 77 });
  });

  it('has the state before when the newest is undone', () => {
    given(sourceMined('notes.md'), sourceMined('notes.md', { size_bytes: 20 }))
      .when(undone(1))
      .then(ask, state);
  });

  it('is unknown when another was mined', () => {
    given().when(sourceMined('other.md')).then(ask, undefined);
  });
});
