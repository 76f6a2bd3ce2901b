/** Default realms and domains. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domainOfPath, planRouting } from '../../../src/mining/route.js';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'alt-route-')));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const file = (path: string) => ({ path, relativePath: '', sizeBytes: 0, mtimeMs: 0 });

describe('domainOfPath', () => {
  it.each([
    ['README.md', 'general'],
    ['docs/a.md', 'documentation'],
    ['Docs/api/a.md', 'documentation'],
    ['src/lib/a.md', 'src'],
    ['My Notes-2024/a.md', 'my_notes_2024'],
    ['v1/api/a.md', 'backend'],
    ['v1/other/a.md', 'v1'],
    ['__tests__/x.md', 'tests'],
    ['.github/w.md', 'github'],
    ['記憶/a.md', '記憶'],
    ['!!!/a.md', 'general'],
  ])('files %s under %s', (path, domain) => {
    expect(domainOfPath(path)).toBe(domain);
  });
});

describe('planRouting', () => {
  it('names the realm after the repository, else after the directory', async () => {
    mkdirSync(join(root, 'My-Repo', '.git'), { recursive: true });
    mkdirSync(join(root, 'My-Repo', 'docs'));
    mkdirSync(join(root, 'plain'));
    const realmOf = async (name: string): Promise<string> =>
      (await planRouting({ root: join(root, name), isSingleFile: false })).realm;
    expect(await realmOf('My-Repo')).toBe('my_repo');
    expect(await realmOf('My-Repo/docs')).toBe('my_repo');
    expect(await realmOf('plain')).toBe('plain');
  });

  it('routes a single file as mining its whole repository does', async () => {
    const repository = join(root, 'repo');
    mkdirSync(join(repository, '.git'), { recursive: true });
    mkdirSync(join(repository, 'docs'));
    const source = file(join(repository, 'docs', 'a.md'));
    const single = await planRouting({ root: join(repository, 'docs'), isSingleFile: true });
    const whole = await planRouting({ root: repository, isSingleFile: false });
    expect([single.realm, single.domainOf(source)]).toEqual(['repo', 'documentation']);
    expect([whole.realm, whole.domainOf(source)]).toEqual(['repo', 'documentation']);
  });

  it('lets explicit names win', async () => {
    const explicit = { realm: 'r', domain: 'd' };
    const routing = await planRouting({ root, isSingleFile: false }, explicit);
    expect([routing.realm, routing.domainOf(file(join(root, 'docs', 'a.md')))]).toEqual(['r', 'd']);
  });
});
