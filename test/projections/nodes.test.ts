/** The nodes of a source: those that were built last, until they are purged. */
import { describe, it } from 'vitest';
import { nodePacks, nodesWithTerms, type Db } from '../../projections/index.js';
import { streamOf } from '../../events/index.js';
import { given, nodesBuilt, nodesPurged, redone, undone } from '../support/given.js';
import { IDENTITY } from '../support/replicas.js';

const packsOf = (key: string) => (db: Db) => nodePacks(db, streamOf(IDENTITY.key, 'source', key));
const filesWith =
  (term: string, place = {}) =>
  (db: Db) =>
    nodesWithTerms(db, [term], place).map(({ sourceFile }) => sourceFile);

const zebras = nodesBuilt('a.md');
const roses = nodesBuilt('a.md', { lines: ['roses|Ada|→e1', 'tulips||→e2'] });

describe('the nodes of a source', () => {
  it('are those that were built last', () => {
    given(zebras).when(roses).then(packsOf('a.md'), ['roses|Ada|→e1\ntulips||→e2']);
    given(zebras).when(roses).then(filesWith('zebra'), []);
    given(zebras).when(roses).then(filesWith('tulip'), ['/a.md']);
  });

  it('are gone once they are purged, and there again once they are built again', () => {
    given(zebras).when(nodesPurged('a.md')).then(filesWith('zebra'), []);
    given(zebras, nodesPurged('a.md')).when(zebras).then(filesWith('zebra'), ['/a.md']);
  });

  it('are what they were before when the newest are undone, and the newest when redone', () => {
    given(zebras, roses).when(undone(1)).then(packsOf('a.md'), ['zebras cross|Ada|→e1']);
    given(zebras, roses).when(undone(1), redone(1)).then(filesWith('tulip'), ['/a.md']);
    given(zebras, nodesPurged('a.md')).when(undone(1)).then(filesWith('zebra'), ['/a.md']);
  });

  it('are of one source only', () => {
    given(zebras).when(nodesPurged('b.md')).then(filesWith('zebra'), ['/a.md']);
  });

  it('are packed in 2,000 characters and found once a file, the best first', () => {
    const line = (index: number) => `zebra number ${String(index)} ${'x'.repeat(900)}||→e1`;
    const many = nodesBuilt('a.md', { lines: [1, 2, 3].map(line) });
    const best = nodesBuilt('b.md', { lines: ['zebra||→e9'] });
    given(many).when(best).then(filesWith('zebra'), ['/b.md', '/a.md']);
  });

  it('are found by realm and domain', () => {
    const other = nodesBuilt('b.md', { realm: 'beta', domain: 'decisions' });
    given(zebras)
      .when(other)
      .then(filesWith('zebra', { realm: 'beta' }), ['/b.md']);
    const nowhere = { realm: 'alpha', domain: 'decisions' };
    given(zebras).when(other).then(filesWith('zebra', nowhere), []);
    given(zebras)
      .when(other)
      .then(filesWith('zebra', { realm: 'alpha' }), ['/a.md']);
    given(zebras)
      .when(other)
      .then(filesWith('zebra', { realm: 'beta', domain: 'decisions' }), ['/b.md']);
  });
});
