/** Machines that ship over folders: what lies there, and what may happen to it on the way. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Dimension, TransferReport } from '../../src/index.js';
import { expectVerified, open } from './dimensions.js';
import { temporaryFolder } from './temporary-folder.js';

/** The names of the parts in a remote folder, sorted. */
export function partsIn(remote: string): string[] {
  const names = readdirSync(remote, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.part')).sort();
}

/** Every file below a folder, by path, as it is. */
export function snapshot(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length), readFileSync(path).toString('base64')];
    }),
  );
}

/** The notes of what waits in incoming/, by the part's name. */
export function notesOf(dimension: Dimension): Record<string, { code: string; reason: string }> {
  const folder = join(dimension.path, 'incoming');
  const notes = Object.entries(snapshotOrNothing(folder)).filter(([path]) =>
    path.endsWith('.json'),
  );
  return Object.fromEntries(
    notes.map(([, base64]) => {
      const note = JSON.parse(Buffer.from(base64, 'base64').toString()) as {
        readonly part: string;
        readonly code: string;
        readonly reason: string;
      };
      return [note.part, { code: note.code, reason: note.reason }];
    }),
  );
}

function snapshotOrNothing(folder: string): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  return snapshot(folder);
}

export interface Pair {
  readonly base: string;
  /** The remote that both know as `usb`. */
  readonly remote: string;
  readonly a: Dimension;
  readonly b: Dimension;
}

/** Two machines that know one memory, `a-1`, through a stick. */
export async function pairOfMachines(): Promise<Pair> {
  const base = temporaryFolder();
  const remote = join(base, 'stick');
  const a = open(join(base, 'a')).dimension;
  await a.init();
  await add(a, 'a-1');
  await a.addRemote('usb', remote);
  await a.push();
  const b = open(join(base, 'b')).dimension;
  await b.clone(remote);
  await b.removeRemote('origin');
  await b.addRemote('usb', remote);
  return { base, remote, a, b };
}

export async function add(dimension: Dimension, id: string): Promise<void> {
  await dimension.addEntity('work', 'notes', `The words of ${id}.`, { entityId: id });
}

export async function idsOf(dimension: Dimension): Promise<string[]> {
  return (await dimension.listEntities({ limit: 1_000 })).map(({ id }) => id).sort();
}

/** The one report of a transfer over one remote. */
export async function only(reports: Promise<TransferReport[]>): Promise<TransferReport> {
  const [report, ...others] = await reports;
  if (!report || others.length > 0) throw new Error('There is not exactly one remote.');
  return report;
}

/** Both are sound and hold the same. */
export async function expectSame(...dimensions: readonly Dimension[]): Promise<void> {
  const digests: string[] = [];
  for (const dimension of dimensions) digests.push(await expectVerified(dimension));
  expect(new Set(digests).size).toBe(1);
}

/** Changes a file's bytes. */
export function alter(path: string, change: (bytes: Buffer) => Buffer): void {
  writeFileSync(path, change(readFileSync(path)));
}

/** Two branches under one replica id: a's log, put back to what it was, went another way. */
export async function fork(
  a: Dimension,
  base: string,
): Promise<{ dimension: Dimension; remote: string }> {
  const [replica = ''] = readdirSync(join(a.path, 'log'));
  const segment = join(a.path, 'log', replica, '0000000000000001.seg');
  const earlier = readFileSync(segment);
  await add(a, 'branch-1');
  await add(a, 'branch-1-more');
  await a.push();
  await a.close();
  // In place: the machine knows neither that it was put back nor what it had shipped.
  writeFileSync(segment, earlier);
  const identity = JSON.parse(readFileSync(join(a.path, 'replica.json'), 'utf8')) as object;
  writeFileSync(join(a.path, 'replica.json'), JSON.stringify({ ...identity, shipped: {} }));
  rmSync(join(a.path, 'views'), { recursive: true });
  rmSync(join(a.path, 'live.json'));
  const { dimension } = open(a.path);
  await add(dimension, 'branch-2');
  const remote = join(base, 'branch-2');
  await dimension.addRemote('branch', remote);
  await dimension.push({ remote: 'branch' });
  return { dimension, remote };
}
