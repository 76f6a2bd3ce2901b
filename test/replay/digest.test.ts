/** The digest tells views apart by table, and equal ones not at all. */
import { describe, expect, it } from 'vitest';
import { differingTables, digestOfAll, digestViews } from '../../replay/index.js';
import { entityAdded, settingChanged } from '../support/given.js';
import { converge, newViews, withMachines } from '../support/replicas.js';

describe('the digest', () => {
  it('is the same for the same events, whoever holds them', async () => {
    await withMachines(2, async (machines) => {
      await machines[0]?.write(entityAdded('e1'), settingChanged('theme', 'dark'));
      await machines[1]?.write(entityAdded('e1', { content: 'other' }));
      await converge(machines);
      const [a, b] = machines.map((machine) => machine.digest());
      expect(a).toEqual(b);
    });
  });

  it('names every table in which views differ', async () => {
    await withMachines(1, async ([machine]) => {
      await machine?.write(settingChanged('theme', 'dark'));
      const before = digestViews(machine?.db ?? newViews());
      await machine?.write(entityAdded('e1'));
      const after = digestViews(machine?.db ?? newViews());
      expect(differingTables(before, after)).toEqual([
        ...['commits', 'entities', 'event_counts', 'events', 'keyword_rows', 'passages'],
        ...['place_counts', 'vocabulary'],
      ]);
      expect(digestOfAll(before)).not.toBe(digestOfAll(after));
    });
  });

  it('sees a row that no event led to', () => {
    const db = newViews();
    const before = digestViews(db);
    db.run(`INSERT INTO settings VALUES ('setting:x', 'x', '1')`);
    expect(differingTables(before, digestViews(db))).toEqual(['settings']);
    db.close();
  });
});
