/** One row a tunnel: the first to dig it says which end is the source, later words are updates. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  dismissedGateways,
  listTunnels,
  tunnelsEndingIn,
  type Db,
} from '../../projections/index.js';
import {
  entityAdded,
  entityDeleted,
  entityRestored,
  gatewayDismissed,
  given,
  redone,
  tunnelClosed,
  tunnelDug,
  tunnelUpdated,
  undone,
} from '../support/given.js';
import { converge, deliver, withMachines, type Machine } from '../support/replicas.js';

const END = { realm: 'alpha', domain: 'ideas' };
const OTHER = { realm: 'beta', domain: 'plans' };

const tunnel = (changes: object = {}) => ({
  id: '0123456789abcdef',
  sourceRealm: 'alpha',
  sourceDomain: 'ideas',
  sourceEntity: null,
  targetRealm: 'beta',
  targetDomain: 'plans',
  targetEntity: null,
  label: '',
  createdMs: 1_000,
  updatedMs: null,
  ...changes,
});

/** Every open tunnel, without what names its stream. */
const rows = (db: Db): unknown[] => listTunnels(db).map(({ stream: _, ...row }) => row);

describe('a tunnel', () => {
  it('is there once it is dug', () => {
    given()
      .when(tunnelDug({ label: 'why' }))
      .then(rows, [tunnel({ label: 'why' })]);
  });

  it('dug again keeps its time, and its label where none is given', () => {
    given(tunnelDug({ label: 'why' }))
      .when(tunnelDug())
      .then(rows, [tunnel({ label: 'why', updatedMs: 2_000 })]);
    given(tunnelDug({ label: 'why' }))
      .when(tunnelDug({ label: 'because' }))
      .then(rows, [tunnel({ label: 'because', updatedMs: 2_000 })]);
  });

  it('dug from the other end keeps its source, and gets memories at the end they are of', () => {
    given(entityAdded('e1'), entityAdded('e2'), tunnelDug())
      .when(tunnelDug({ source: { ...OTHER, entity_id: 'e2' }, target: END }))
      .then(rows, [tunnel({ createdMs: 3_000, updatedMs: 4_000, targetEntity: 'e2' })]);
  });

  it('is updated from the end that the writer calls the source', () => {
    given(entityAdded('e1'), tunnelDug({ label: 'why' }))
      .when(tunnelUpdated({ source: OTHER, target_entity_id: 'e1' }))
      .then(rows, [
        tunnel({ label: 'why', createdMs: 2_000, updatedMs: 3_000, sourceEntity: 'e1' }),
      ]);
    given(entityAdded('e1'), tunnelDug())
      .when(tunnelUpdated({ label: 'new', source_entity_id: 'e1' }))
      .then(rows, [
        tunnel({ label: 'new', createdMs: 2_000, updatedMs: 3_000, sourceEntity: 'e1' }),
      ]);
  });

  it('names a memory while it lives', () => {
    const dug = tunnelDug({ source: { ...END, entity_id: 'e1' } });
    given(entityAdded('e1'), dug)
      .when(entityDeleted('e1'))
      .then(rows, [tunnel({ createdMs: 2_000 })]);
    given(entityAdded('e1'), dug, entityDeleted('e1'))
      .when(entityRestored('e1'))
      .then(rows, [tunnel({ createdMs: 2_000, sourceEntity: 'e1' })]);
  });

  it('is gone once it is closed, and new when it is dug again', () => {
    given(tunnelDug({ label: 'why' }))
      .when(tunnelClosed())
      .then(rows, []);
    given(tunnelDug({ label: 'why' }), tunnelClosed())
      .when(tunnelDug())
      .then(rows, [tunnel({ createdMs: 3_000 })]);
  });

  it('that is closed is not opened by an update', () => {
    given(tunnelDug(), tunnelClosed())
      .when(tunnelUpdated({ label: 'late' }))
      .then(rows, []);
  });

  it('that nobody dug is not made by an update', () => {
    given()
      .when(tunnelUpdated({ label: 'early' }))
      .then(rows, []);
  });

  it('is open again when its closing is undone', () => {
    given(tunnelDug(), tunnelClosed()).when(undone(1)).then(rows, [tunnel()]);
    given(tunnelDug(), tunnelClosed(), undone(1)).when(redone(1)).then(rows, []);
  });

  it('has the label of before when the newer one is undone', () => {
    given(tunnelDug({ label: 'why' }), tunnelUpdated({ label: 'because' }))
      .when(undone(1))
      .then(rows, [tunnel({ label: 'why' })]);
  });

  it('ends in two places', () => {
    const at = (realm: string, domain?: string) => (db: Db) => tunnelsEndingIn(db, realm, domain);
    const dug = given().when(tunnelDug());
    dug.then(at('alpha'), [tunnel().id]);
    dug.then(at('beta', 'plans'), [tunnel().id]);
    dug.then(at('beta', 'ideas'), []);
    dug.then(at('gamma'), []);
    given(tunnelDug()).when(tunnelClosed()).then(at('alpha'), []);
  });
});

describe('a dismissal', () => {
  it('holds until it is undone', () => {
    const dismissed = (db: Db): string[] => [...dismissedGateways(db)];
    given()
      .when(gatewayDismissed('alpha'), gatewayDismissed('alpha'))
      .then(dismissed, ['gateway_alpha']);
    given(gatewayDismissed('alpha'), gatewayDismissed('beta'))
      .when(undone(0))
      .then(dismissed, ['gateway_beta']);
  });
});

describe('machines that did not know of each other', () => {
  /** Two dig the same tunnel, each from its own end; the third, which saw the first, closes it. */
  async function disagree([a, b, c]: readonly Machine[], closedMs: number): Promise<void> {
    if (!a || !b || !c) return;
    a.nowMs = 1_000;
    await a.write(tunnelDug({ label: 'from a' }));
    deliver({ from: a, to: c, replica: a.replica });
    b.nowMs = 5_000;
    await b.write(tunnelDug({ source: OTHER, target: END, label: 'from b' }));
    c.nowMs = closedMs;
    await c.write(tunnelClosed());
  }

  it.each([
    ['the closing is the last word', 9_000, []],
    [
      'the second tunnel is the last word',
      3_000,
      [
        tunnel({
          ...{ sourceRealm: 'beta', sourceDomain: 'plans', targetRealm: 'alpha' },
          ...{ targetDomain: 'ideas', label: 'from b', createdMs: 5_000 },
        }),
      ],
    ],
  ])('agree in every order of arrival: %s', async (_, closedMs, expected) => {
    const orders = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        await withMachines(4, async ([a, b, c, reader]) => {
          if (!a || !b || !c || !reader) return;
          await disagree([a, b, c], closedMs);
          for (const index of order) {
            const from = [a, b, c][index];
            if (!from) continue;
            deliver({ from, to: reader, replica: from.replica });
            await reader.fold();
          }
          expect(rows(reader.db)).toEqual(expected);
          expect(reader.digest()).toEqual(await reader.rebuiltDigest());
          await converge([a, b, c, reader]);
          for (const machine of [a, b, c]) expect(rows(machine.db)).toEqual(expected);
        });
      }),
      { numRuns: 12 },
    );
  });
});
