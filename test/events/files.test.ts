import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  closeToOthers,
  makeFolderDurably,
  nodeFiles,
  readText,
  replaceFile,
  unusedPath,
} from '../../events/index.js';
import { failingFiles, type Operation } from '../support/failing-files.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const HAS_MODES = process.platform !== 'win32';

describe('replaceFile', () => {
  it('leaves the old text or the new one, whichever step fails', () => {
    const steps: Operation[] = ['remove', 'open', 'write', 'sync', 'close', 'rename', 'syncFolder'];
    const seen = steps.map((operation) => {
      const path = join(temporaryFolder(), 'file.json');
      replaceFile(nodeFiles, path, 'old');
      const { files } = failingFiles({ operation, call: 1, errno: 'EIO', shortBytes: 1 });
      expect(() => {
        replaceFile(files, path, 'new');
      }).toThrow('EIO');
      const found = readText(path);
      replaceFile(nodeFiles, path, 'newer');
      expect(readText(path)).toBe('newer');
      return found;
    });
    expect(seen).toEqual(['old', 'old', 'old', 'old', 'old', 'old', 'new']);
  });

  it('syncs the text before it takes the name, and the folder after', () => {
    const { files, calls } = failingFiles();
    replaceFile(files, join(temporaryFolder(), 'file.json'), 'text');
    expect(calls).toEqual(['remove', 'open', 'write', 'sync', 'close', 'rename', 'syncFolder']);
  });

  it('puts another file in place, so that who has the old one open reads on in it', () => {
    const path = join(temporaryFolder(), 'file.json');
    replaceFile(nodeFiles, path, 'old text');
    const handle = nodeFiles.open(path, 'read');
    replaceFile(nodeFiles, path, 'new');
    expect(nodeFiles.read(handle, 0, 100).toString()).toBe('old text');
    nodeFiles.close(handle);
  });
});

describe('makeFolderDurably', () => {
  it('makes what is missing and syncs each folder that got an entry', () => {
    const folder = temporaryFolder();
    const { files, calls } = failingFiles();
    makeFolderDurably(files, join(folder, 'a', 'b'));
    expect(calls.filter((call) => call !== 'stat')).toEqual([
      ...['makeFolder', 'syncFolder', 'makeFolder', 'syncFolder'],
    ]);
    makeFolderDurably(files, join(folder, 'a', 'b'));
    expect(calls.filter((call) => call === 'makeFolder').length).toBe(2);
  });
});

describe.skipIf(!HAS_MODES)('modes', () => {
  it('keep folders and files to their owner', () => {
    const folder = temporaryFolder();
    makeFolderDurably(nodeFiles, join(folder, 'a', 'b'));
    replaceFile(nodeFiles, join(folder, 'a', 'file'), 'text');
    nodeFiles.close(nodeFiles.open(join(folder, 'a', 'log.seg'), 'create'));
    expect([modeOf(join(folder, 'a')), modeOf(join(folder, 'a', 'b'))]).toEqual([0o700, 0o700]);
    expect([modeOf(join(folder, 'a', 'file')), modeOf(join(folder, 'a', 'log.seg'))]).toEqual([
      ...[0o600, 0o600],
    ]);
  });

  it('are taken off a folder that was open to others', () => {
    const folder = join(temporaryFolder(), 'open');
    mkdirSync(folder, { mode: 0o777 });
    closeToOthers(folder);
    expect(modeOf(folder)).toBe(0o700);
  });
});

describe('nodeFiles', () => {
  it('reads what is there and no more', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'abcdef');
    const handle = nodeFiles.open(path, 'read');
    expect(nodeFiles.read(handle, 2, 3).toString()).toBe('cde');
    expect(nodeFiles.read(handle, 4, 100).toString()).toBe('ef');
    expect(nodeFiles.read(handle, 9, 1).length).toBe(0);
    nodeFiles.close(handle);
  });

  it('creates only what does not exist', () => {
    const path = join(temporaryFolder(), 'file');
    nodeFiles.close(nodeFiles.open(path, 'create'));
    expect(() => nodeFiles.open(path, 'create')).toThrow('EEXIST');
    expect(() => nodeFiles.open(`${path}.none`, 'write')).toThrow('ENOENT');
  });

  it('writes in place', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'abcdef');
    const handle = nodeFiles.open(path, 'write');
    nodeFiles.write(handle, Buffer.from('XY'), 2);
    nodeFiles.truncate(handle, 5);
    nodeFiles.close(handle);
    expect(readFileSync(path, 'utf8')).toBe('abXYe');
  });

  it('knows nothing of what is not there', () => {
    const path = join(temporaryFolder(), 'none');
    expect(nodeFiles.stat(path)).toBeUndefined();
    expect(nodeFiles.list(path)).toEqual([]);
    expect(readText(path)).toBeUndefined();
  });
});

describe('unusedPath', () => {
  it('counts on until a name is free', () => {
    const folder = temporaryFolder();
    const names = [1, 2, 3].map(() => {
      const path = unusedPath(nodeFiles, folder, 'tail');
      writeFileSync(path, '');
      return path.slice(folder.length + 1);
    });
    expect(names).toEqual(['tail', 'tail.1', 'tail.2']);
  });
});
