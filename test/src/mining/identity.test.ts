/** Names of sources and parts. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSourceKeys, partKeys } from '../../../src/mining/identity.js';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'alt-identity-')));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function git(directory: string, ...options: string[]): string {
  const identity = [
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@example.org',
    '-c',
    'commit.gpgSign=false',
  ];
  return execFileSync('git', ['-C', directory, ...identity, ...options], {
    encoding: 'utf8',
  }).trim();
}

function newRepository(name: string): string {
  const directory = join(root, name);
  mkdirSync(directory);
  git(directory, 'init', '-q');
  return directory;
}

function commit(directory: string, message: string): string {
  git(directory, 'commit', '-q', '--allow-empty', '-m', message);
  return git(directory, 'rev-parse', 'HEAD');
}

const keyOf = (path: string): Promise<string> => createSourceKeys('host1').keyOf(path);

describe('source keys', () => {
  it('name a file outside of a repository by host and path in NFC', async () => {
    const path = join(root, 'e\u0301', 'a.md');
    expect(await keyOf(path)).toBe(`file:host1:${root}/\u00e9/a.md`);
  });

  it('name a file of a repository by the first commit and the path, in every clone', async () => {
    const repository = newRepository('one');
    const first = commit(repository, 'first');
    commit(repository, 'second');
    git(root, 'clone', '-q', repository, 'two');
    const keys = createSourceKeys('host1');
    expect(await keys.keyOf(join(repository, 'docs', 'a.md'))).toBe(`repo:${first}:docs/a.md`);
    expect(await keys.keyOf(join(root, 'two', 'docs', 'a.md'))).toBe(`repo:${first}:docs/a.md`);
  });

  it('take the smallest of several first commits', async () => {
    const repository = newRepository('one');
    const first = commit(repository, 'first');
    git(repository, 'checkout', '-q', '--orphan', 'other');
    const other = commit(repository, 'other');
    git(repository, 'merge', '-q', '--allow-unrelated-histories', '-m', 'join', first);
    const [smallest] = [first, other].sort();
    expect(await keyOf(join(repository, 'a.md'))).toBe(`repo:${smallest}:a.md`);
  });

  it('belong to the innermost repository, also through a linked work tree', async () => {
    const outer = newRepository('outer');
    commit(outer, 'outer');
    const inner = newRepository('outer/inner');
    const first = commit(inner, 'inner');
    git(inner, 'worktree', 'add', '-q', join(root, 'linked'));
    expect(await keyOf(join(inner, 'a.md'))).toBe(`repo:${first}:a.md`);
    expect(await keyOf(join(root, 'linked', 'a.md'))).toBe(`repo:${first}:a.md`);
  });

  it('fall back to the path without commits, in shallow clones, with a broken .git', async () => {
    const empty = newRepository('empty');
    expect(await keyOf(join(empty, 'a.md'))).toBe(`file:host1:${root}/empty/a.md`);
    const full = newRepository('full');
    commit(full, 'first');
    commit(full, 'second');
    git(root, 'clone', '-q', '--depth', '1', `file://${full}`, 'shallow');
    expect(await keyOf(join(root, 'shallow', 'a.md'))).toBe(`file:host1:${root}/shallow/a.md`);
    mkdirSync(join(full, 'broken', '.git'), { recursive: true });
    expect(await keyOf(join(full, 'broken', 'a.md'))).toBe(`file:host1:${full}/broken/a.md`);
    writeFileSync(join(root, '.git'), 'gitdir: nowhere\n');
    expect(await keyOf(join(root, 'a.md'))).toBe(`file:host1:${root}/a.md`);
  });
});

describe('part keys', () => {
  it('count equal contents and follow a part wherever it moves', () => {
    const a = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb';
    const b = '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d';
    const keys = (letters: string): string[] =>
      partKeys([...letters].map((content) => ({ content })));
    expect(keys('aba')).toEqual([`${a}:1`, `${b}:1`, `${a}:2`]);
    expect(keys('ba')).toEqual([`${b}:1`, `${a}:1`]);
  });
});
