/** Dimensions in temporary folders, and what a test asks of every one of them. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { Dimension, type DimensionOptions, type Warning } from '../../src/index.js';
import { temporaryFolder } from './temporary-folder.js';

export interface Opened {
  readonly dimension: Dimension;
  readonly warnings: Warning[];
  readonly codes: () => string[];
}

/** Opens a folder as one process would; closed when the test ends. Nothing is read yet. */
export function open(path: string, options: DimensionOptions = {}): Opened {
  const warnings: Warning[] = [];
  const dimension = new Dimension({
    path,
    embedder: 'numpy',
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  onTestFinished(() => dimension.close());
  return { dimension, warnings, codes: () => warnings.map(({ code }) => code) };
}

/** The texts of the memories of {@link newDimension}, by id. */
export const MEMORIES: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => {
    const id = `memory-${String(index)}`;
    return [id, `${id} tells of the lighthouse keeper. ${`Line of ${id}. `.repeat(30)}`];
  }),
);

/** A closed dimension with memories in it. */
export async function newDimension(path = join(temporaryFolder(), 'dimension')): Promise<string> {
  const dimension = new Dimension({ path, embedder: 'numpy' });
  await dimension.init();
  const items = Object.entries(MEMORIES).map(([id, content], index) => {
    const domain = `domain_${String(index % 3)}`;
    return { realm: 'work', domain, content, entity_id: id };
  });
  await dimension.batchAddEntities(items.slice(0, 30));
  for (const { realm, domain, content, entity_id: entityId } of items.slice(30)) {
    await dimension.addEntity(realm, domain, content, { entityId });
  }
  await dimension.embedPending();
  await dimension.close();
  return path;
}

function missing(): never {
  throw new Error('The template was not made.');
}

/** For the top of a test file: a dimension that its tests copy. @returns its path. */
export function useTemplate(make: (path: string) => Promise<string> = newDimension): () => string {
  let folder: string | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'alt-memory-template-'));
    await make(join(folder, 'dimension'));
  });
  afterAll(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  return () => join(folder ?? missing(), 'dimension');
}

export function copyOf(path: string): string {
  const copy = join(temporaryFolder(), 'copy');
  cpSync(path, copy, { recursive: true });
  return copy;
}

/** Every memory of a dimension, by id. */
export async function contentsOf(dimension: Dimension): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (let offset = 0; ; offset += 10_000) {
    const page = await dimension.listEntities({ limit: 10_000, offset });
    for (const { id, content } of page) contents[id] = content;
    if (page.length < 10_000) return contents;
  }
}

/** All is there by every way of asking, and the log and the views agree. */
export async function expectWhole(
  dimension: Dimension,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  expect(await contentsOf(dimension)).toEqual({ ...MEMORIES, ...extra });
  const [found] = await dimension.search('memory-7', { mode: 'keyword' });
  expect(found?.id).toBe('memory-7');
  await expectVerified(dimension);
}

/** @returns the digest of the whole dimension. */
export async function expectVerified(dimension: Dimension): Promise<string> {
  const { ok, problems, digest } = await dimension.verify();
  expect({ ok, problems }).toEqual({ ok: true, problems: [] });
  return digest;
}

/** The files of a dimension below one of its folders, as paths relative to it. */
export function filesIn(path: string, folder: string): string[] {
  return readdirSync(join(path, folder), { recursive: true, encoding: 'utf8' }).sort();
}
