import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  newIdentity,
  nodeFiles,
  readDimensionFile,
  writeDimensionFile,
} from '../../events/index.js';
import { seededBytes } from '../support/envelopes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Content {
  readonly json?: string;
  readonly log?: boolean;
  readonly legacy?: boolean;
}

function folderWith({ json, log = false, legacy = false }: Content): string {
  const folder = temporaryFolder();
  if (json !== undefined) writeFileSync(join(folder, 'dimension.json'), json);
  if (log) mkdirSync(join(folder, 'log', '1a'.repeat(16)), { recursive: true });
  if (legacy) writeFileSync(join(folder, 'dimension.db'), '');
  return folder;
}

const read = (folder: string): unknown => readDimensionFile(nodeFiles, folder);
const ID = 'd0'.repeat(16);
const KEY = Buffer.alloc(32, 7).toString('base64');

describe('dimension.json', () => {
  it('comes back as it was written', () => {
    const folder = temporaryFolder();
    const identity = newIdentity(seededBytes('dimension-file'));
    expect(identity.id).toMatch(/^[0-9a-f]{32}$/);
    writeDimensionFile(nodeFiles, folder, identity);
    expect(read(folder)).toEqual(identity);
  });

  it('may hold more than this release knows', () => {
    const json = JSON.stringify({ format: 1, id: ID, key: KEY, later: true });
    expect(read(folderWith({ json }))).toEqual({ id: ID, key: Buffer.alloc(32, 7) });
  });

  it('is no dimension when there is none and no log', () => {
    expect(read(temporaryFolder())).toBeUndefined();
  });

  it('is missed when there is a log', () => {
    const folder = folderWith({ log: true });
    expect(() => read(folder)).toThrow(expect.objectContaining({ code: 'DIMENSION_DAMAGED' }));
  });

  it.each([
    ['no JSON', '{"format":'],
    ['another id', JSON.stringify({ format: 1, id: 'x', key: KEY })],
    ['a short key', JSON.stringify({ format: 1, id: ID, key: 'AAAA' })],
    ['no key', JSON.stringify({ format: 1, id: ID })],
    ['no format', JSON.stringify({ id: ID, key: KEY })],
  ])('is damaged when it holds %s', (_, json) => {
    const folders = [folderWith({ json }), folderWith({ json, log: true, legacy: true })];
    for (const folder of folders) {
      expect(() => read(folder)).toThrow(expect.objectContaining({ code: 'DIMENSION_DAMAGED' }));
    }
  });

  it.each([
    ['the same fields', JSON.stringify({ format: 2, id: ID, key: KEY })],
    ['other fields', JSON.stringify({ format: 3, keys: [] })],
  ])('asks for an upgrade when its format is newer, with %s', (_, json) => {
    const folder = folderWith({ json, log: true });
    expect(() => read(folder)).toThrow(expect.objectContaining({ code: 'UPGRADE_REQUIRED' }));
  });

  it('is known for that of the Python product by the database beside it', () => {
    const folder = folderWith({ json: '{"name":"old"}', legacy: true });
    expect(() => read(folder)).toThrow(expect.objectContaining({ code: 'MIGRATION_REQUIRED' }));
  });
});
