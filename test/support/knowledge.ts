/** Knowledge graphs for tests: in a home of their own, alone or on two machines. */
import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Dimension } from '../../src/index.js';
import { copyOf, open } from './dimensions.js';
import { temporaryFolder } from './temporary-folder.js';

/** An empty dimension of a user who has set nothing. */
export async function newKnowledge(): Promise<Dimension> {
  const home = temporaryFolder();
  vi.stubEnv('ALT_MEMORY_HOME', home);
  const { dimension } = open(join(home, 'dimension'));
  await dimension.init();
  return dimension;
}

/** A second machine that holds what the first one holds now. */
export async function secondMachine(first: Dimension): Promise<Dimension> {
  await first.close();
  const { dimension } = open(copyOf(first.path));
  await first.reconnect();
  return dimension;
}

/** Folders, and files that have grown since they were copied. */
function isMore(source: string, target: string): boolean {
  const held = statSync(target, { throwIfNoEntry: false });
  return held === undefined || held.isDirectory() || held.size < statSync(source).size;
}

/** Each gets what the other wrote. */
export function exchange(a: Dimension, b: Dimension): void {
  for (const [from, to] of [[a, b] as const, [b, a] as const]) {
    cpSync(join(from.path, 'log'), join(to.path, 'log'), { recursive: true, filter: isMore });
  }
}
