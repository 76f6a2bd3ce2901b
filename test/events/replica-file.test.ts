import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFiles, ReplicaIdentity, type Files, type System } from '../../events/index.js';
import { seededBytes } from '../support/envelopes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const randomBytes = seededBytes('replica-file');

function identity(folder: string, files: Files = nodeFiles, host = 'host-1'): ReplicaIdentity {
  const system: System = { now: () => 0, randomBytes, hostId: () => host };
  return new ReplicaIdentity(files, system, folder);
}

/** Files that tell another birth time of replica.json at every look. */
function withMovingBirth(): Files {
  let birthNs = 0n;
  return {
    ...nodeFiles,
    stat(path) {
      const stat = nodeFiles.stat(path);
      birthNs += 1n;
      return stat && { ...stat, birthNs };
    },
  };
}

const without = (part: 'birthNs'): Files => ({
  ...nodeFiles,
  stat(path) {
    const stat = nodeFiles.stat(path);
    return stat && { ...stat, [part]: 0n };
  },
});

describe('the replica id of a machine', () => {
  it('is undefined, and nothing is written, until it is claimed', () => {
    const folder = temporaryFolder();
    expect(identity(folder).current()).toBeUndefined();
    expect(nodeFiles.list(folder)).toEqual([]);
  });

  it('is the same when the folder is opened again', () => {
    const folder = temporaryFolder();
    const first = identity(folder);
    const replica = first.ensure();
    expect(replica).toMatch(/^[0-9a-f]{32}$/);
    expect(first.current()).toBe(replica);
    expect(first.ensure()).toBe(replica);
    expect(identity(folder).current()).toBe(replica);
    expect(identity(folder).ensure()).toBe(replica);
  });

  it('is another one in a copied folder, and stays what it was in the original', () => {
    const folder = temporaryFolder();
    const replica = identity(folder).ensure();
    const copy = join(temporaryFolder(), 'copy');
    cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
    const inCopy = identity(copy);
    expect(inCopy.current()).toBeUndefined();
    const other = inCopy.ensure();
    expect(other).not.toBe(replica);
    expect(identity(copy).ensure()).toBe(other);
    expect(identity(folder).ensure()).toBe(replica);
  });

  it('is another one on another host, and its own again for who comes back', () => {
    const folder = temporaryFolder();
    const here = identity(folder).ensure();
    const there = identity(folder, nodeFiles, 'host-2').ensure();
    expect(there).not.toBe(here);
    expect(identity(folder).ensure()).toBe(here);
    expect(identity(folder, nodeFiles, 'host-2').ensure()).toBe(there);
  });

  it.each(['', 'no JSON', '{"version":2,"replicas":{}}', '{"version":1,"replicas":{"a":"b"}}'])(
    'is a new one when the file says %j',
    (text) => {
      const folder = temporaryFolder();
      const before = identity(folder).ensure();
      writeFileSync(join(folder, 'replica.json'), text);
      expect(identity(folder).current()).toBeUndefined();
      const replica = identity(folder).ensure();
      expect(replica).not.toBe(before);
      expect(identity(folder).ensure()).toBe(replica);
    },
  );

  it('leaves the birth time out where that moves', () => {
    const folder = temporaryFolder();
    const files = withMovingBirth();
    const replica = identity(folder, files).ensure();
    expect(identity(folder, files).ensure()).toBe(replica);
    expect(identity(folder, files).current()).toBe(replica);
    const { replicas } = JSON.parse(readFileSync(join(folder, 'replica.json'), 'utf8')) as {
      replicas: object;
    };
    const inode = String(nodeFiles.stat(join(folder, 'replica.json'))?.inode);
    expect(replicas).toEqual({ [`host-1:${inode}:-`]: replica });
  });

  it('holds on a file system that keeps no birth time', () => {
    const folder = temporaryFolder();
    const replica = identity(folder, without('birthNs')).ensure();
    expect(identity(folder, without('birthNs')).ensure()).toBe(replica);
  });

  it('is noticed to be lost when the file goes away', () => {
    const folder = temporaryFolder();
    const machine = identity(folder);
    machine.ensure();
    nodeFiles.remove(join(folder, 'replica.json'));
    expect(machine.current()).toBeUndefined();
  });
});
