/** Realms and domains exist when they were described, and while a memory is in them. */
import { describe, it } from 'vitest';
import {
  domainDescription,
  listDomains,
  listRealms,
  realmDescription,
  type Db,
} from '../../projections/index.js';
import {
  domainDeleted,
  domainDescribed,
  entityAdded,
  entityDeleted,
  given,
  realmDeleted,
  realmDescribed,
  undone,
} from '../support/given.js';

const realm = (name: string, changes: object = {}) => ({
  name,
  description: '',
  createdMs: 1_000,
  entityCount: 0,
  domainCount: 0,
  ...changes,
});
const domain = (name: string, changes: object = {}) => ({
  realm: 'alpha',
  name,
  description: '',
  createdMs: 1_000,
  entityCount: 0,
  ...changes,
});

describe('a realm', () => {
  it('exists once it is described, with the newest description and its first time', () => {
    given(realmDescribed('alpha', 'one'))
      .when(realmDescribed('alpha', 'two'))
      .then(listRealms, [realm('alpha', { description: 'two' })]);
  });

  it('is gone once it is deleted, and new when it is described again', () => {
    given(realmDescribed('alpha', 'one')).when(realmDeleted('alpha')).then(listRealms, []);
    given(realmDescribed('alpha', 'one'), realmDeleted('alpha'))
      .when(realmDescribed('alpha', 'again'))
      .then(listRealms, [realm('alpha', { description: 'again', createdMs: 3_000 })]);
  });

  it('exists while a memory is in it, though it was deleted meanwhile', () => {
    given(realmDescribed('alpha', 'one'), entityAdded('e1'))
      .when(realmDeleted('alpha'))
      .then(listRealms, [realm('alpha', { createdMs: 2_000, entityCount: 1, domainCount: 1 })]);
  });

  it('that was only filled is gone with its last memory', () => {
    given(entityAdded('e1')).when(entityDeleted('e1')).then(listRealms, []);
  });

  it('has the older description again when the newer is undone', () => {
    given(realmDescribed('alpha', 'one'), realmDescribed('alpha', 'two'))
      .when(undone(1))
      .then((db: Db) => realmDescription(db, 'alpha'), 'one');
  });

  it('that nobody described has no description', () => {
    given()
      .when(entityAdded('e1'))
      .then((db: Db) => realmDescription(db, 'alpha'), undefined);
  });

  it('counts the domains that are described and those that are filled', () => {
    given(domainDescribed('alpha', 'ideas', 'x'), domainDescribed('alpha', 'plans', 'y'))
      .when(entityAdded('e1', { domain: 'third' }))
      .then(listRealms, [realm('alpha', { entityCount: 1, domainCount: 3 })]);
  });
});

describe('a domain', () => {
  it('exists once it is described, with the newest description', () => {
    given(domainDescribed('alpha', 'ideas', 'one'))
      .when(domainDescribed('alpha', 'ideas', 'two'))
      .then(listDomains, [domain('ideas', { description: 'two' })]);
  });

  it('is gone once it is deleted, but for the memories in it', () => {
    given(domainDescribed('alpha', 'ideas', 'one'))
      .when(domainDeleted('alpha', 'ideas'))
      .then(listDomains, []);
    given(domainDescribed('alpha', 'ideas', 'one'), entityAdded('e1'))
      .when(domainDeleted('alpha', 'ideas'))
      .then(listDomains, [domain('ideas', { createdMs: 2_000, entityCount: 1 })]);
  });

  it('is listed within its realm', () => {
    given(domainDescribed('alpha', 'ideas', 'one'), domainDescribed('beta', 'ideas', 'two'))
      .when(entityAdded('e1'))
      .then(
        (db: Db) => listDomains(db, 'alpha'),
        [domain('ideas', { description: 'one', entityCount: 1 })],
      );
  });

  it('is described apart from one of the same name elsewhere', () => {
    given(domainDescribed('alpha', 'ideas', 'one'))
      .when(domainDescribed('beta', 'ideas', 'two'))
      .then((db: Db) => domainDescription(db, 'beta', 'ideas'), 'two');
  });
});
