import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ReplicaIdentity } from '../../../events/index.js';
import { findDamage, repairLog } from '../../../replay/repair.js';
import { entityAdded } from '../../support/given.js';
import {
  converge,
  deliver,
  fastFiles,
  IDENTITY,
  withMachines,
  type Machine,
} from '../../support/replicas.js';

const x = (content: string) => entityAdded('X', { content });
const erase = {
  type: 'Erased' as const,
  stream: x('').stream,
  data: { digests: [], whole_stream: true },
};

/** Damages the memory `victim` in the machine's own log and repairs it. @returns the new id. */
function damageAndRepair(machine: Machine): string {
  const path = join(machine.log.folderOf(machine.replica), '0000000000000001.seg');
  const bytes = readFileSync(path);
  const at = bytes.indexOf('to be damaged');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 255, at);
  writeFileSync(path, bytes);
  let draws = 0;
  const system = {
    now: () => 5_000,
    randomBytes: (size: number) => Buffer.alloc(size, (draws += 1) + 50),
    hostId: () => 'machine-0',
  };
  const { folder, log } = machine;
  const replica = new ReplicaIdentity(fastFiles, system, folder);
  const actor = { kind: 'api' as const };
  const context = { folder, log, identity: IDENTITY, replica, files: fastFiles, system, actor };
  const found = findDamage(context, machine.replica);
  if (!found) throw new Error('no damage was found');
  return repairLog(context, found);
}

const SHOWN = `SELECT content FROM entities WHERE living = 1 AND id = 'X'`;
const victim = entityAdded('victim', { content: 'to be damaged' });

it('keeps what was added after an erasure of its own that lies before the damage', async () => {
  await withMachines(1, async (machines) => {
    const [a] = machines as [Machine];
    for (const event of [x('old'), erase, victim, x('new')]) await a.write(event);
    damageAndRepair(a);
    a.useViews();
    await a.fold();
    expect(a.db.all(SHOWN)).toEqual([{ content: 'new' }]);
  });
});

it('keeps what was added after an erasure that an earlier commit had seen', async () => {
  await withMachines(2, async (machines) => {
    const [a, b] = machines as [Machine, Machine];
    await a.write(x('old'));
    await converge(machines);
    await b.write(erase);
    await converge(machines);
    for (const event of [entityAdded('first'), victim, x('new')]) await a.write(event);
    damageAndRepair(a);
    a.useViews();
    await a.fold();
    expect(a.db.all(SHOWN)).toEqual([{ content: 'new' }]);
  });
});

it('keeps what another machine added knowing the erasure under its old id', async () => {
  await withMachines(2, async (machines) => {
    const [a, b] = machines as [Machine, Machine];
    for (const event of [x('old'), victim, erase]) await a.write(event);
    await converge(machines);
    await b.write(x('new'));
    await converge(machines);
    const replica = damageAndRepair(a);
    a.useViews();
    await a.fold();
    deliver({ from: a, to: b, replica });
    await b.fold();
    expect(b.db.all(SHOWN)).toEqual([{ content: 'new' }]);
  });
});
