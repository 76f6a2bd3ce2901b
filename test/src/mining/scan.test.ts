/** Selection of sources in real directories. */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSecretFile } from '../../../src/mining/file-classes.js';
import { compareCodePoints } from '../../../src/mining/path-order.js';
import { scanSources, type ScanOptions } from '../../../src/mining/scan.js';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'alt-scan-')));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

async function pathsIn(directory = root, options: ScanOptions = {}): Promise<string[]> {
  return (await scanSources(directory, options)).files.map((file) => file.relativePath);
}

async function skippedIn(directory = root, options: ScanOptions = {}): Promise<unknown> {
  const { skipped } = await scanSources(directory, options);
  return Object.fromEntries(skipped.map(({ path, reason }) => [path, reason]));
}

describe('classes', () => {
  it('takes text and Markdown, counts the rest by extension', async () => {
    write({ 'a.md': '', 'b.TXT': '', README: '', 'c.ts': '', 'd.ts': '', Makefile: '' });
    const scan = await scanSources(root);
    expect(scan.files.map((file) => file.relativePath)).toEqual(['README', 'a.md', 'b.TXT']);
    expect(scan.unsupported).toEqual(
      new Map([
        ['', 1],
        ['.ts', 2],
      ]),
    );
    expect([scan.root, scan.isSingleFile, scan.skipped]).toEqual([root, false, []]);
  });

  it('leaves out what tools write and secrets, and says so', async () => {
    write({
      'node_modules/x/y.md': '',
      'deep/dist/a.md': '',
      'deep/.env': '',
      'id_rsa.txt': '',
      'package-lock.json': '',
      'kept/target.md': '',
    });
    expect(await pathsIn()).toEqual(['kept/target.md']);
    expect(await skippedIn()).toEqual({
      node_modules: 'skip_directory',
      'deep/dist': 'skip_directory',
      'deep/.env': 'secret',
      'id_rsa.txt': 'secret',
      'package-lock.json': 'skip_file',
    });
    expect(await pathsIn(root, { includeSecrets: true })).toContain('id_rsa.txt');
  });

  it('knows templates of environment files from real ones', () => {
    const names = ['.env', '.env.local', '.env.example', '.env.local.sample', 'a.pem', 'ENV.md'];
    expect(names.map(isSecretFile)).toEqual([true, true, false, false, true, false]);
  });

  it('leaves out what is larger than the cap', async () => {
    write({ 'big.md': 'x'.repeat(11), 'fits.md': 'x'.repeat(10) });
    expect(await skippedIn(root, { maxFileSizeBytes: 10 })).toEqual({ 'big.md': 'too_large' });
    expect(await pathsIn(root, { maxFileSizeBytes: 10 })).toEqual(['fits.md']);
  });

  it('takes only what the patterns match by name or by path', async () => {
    write({ 'a.md': '', 'docs/a.md': '', 'docs/b.txt': '', 'c.txt': '' });
    expect(await pathsIn(root, { patterns: ['*.md'] })).toEqual(['a.md', 'docs/a.md']);
    expect(await pathsIn(root, { patterns: ['docs/*.txt'] })).toEqual(['docs/b.txt']);
  });
});

describe('order and names', () => {
  it('yields paths in the order of their code points', async () => {
    write({
      'a/x.md': '',
      'a.md': '',
      'a-b.md': '',
      'a0.md': '',
      'B.md': '',
      'ﬀ.md': '',
      '😀.md': '',
    });
    const paths = await pathsIn();
    expect(paths).toEqual(['B.md', 'a-b.md', 'a.md', 'a/x.md', 'a0.md', 'ﬀ.md', '😀.md']);
    expect([...paths].sort(compareCodePoints)).toEqual(paths);
  });

  it('takes hostile names as they are', async () => {
    const names = [
      '#a.md',
      '!b.md',
      ' c .md',
      '..d.md',
      '[e]*.md',
      '__proto__.md',
      'f\ng.md',
      '\\h.md',
    ];
    write({ ...Object.fromEntries(names.map((name) => [name, ''])), '.gitignore': 'none\n' });
    expect((await pathsIn()).sort()).toEqual([...names].sort());
    write({ '[x] !/.gitignore': 'a.md', '[x] !/a.md': '', '[x] !/b.md': '' });
    expect((await pathsIn()).filter((path) => path.startsWith('[x]'))).toEqual(['[x] !/b.md']);
  });

  it('gives relative paths in NFC and opens the file by its own spelling', async () => {
    write({ 'e\u0301.md': 'text' });
    const [file] = (await scanSources(root)).files;
    expect(file).toMatchObject({ relativePath: '\u00e9.md', sizeBytes: 4 });
    expect(file?.path).toBe(join(root, 'e\u0301.md'));
    expect(Number.isInteger(file?.mtimeMs)).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')('reports a name that is no UTF-8', async () => {
    writeFileSync(
      Buffer.concat([Buffer.from(`${root}/a`), Buffer.from([0xff]), Buffer.from('.md')]),
      '',
    );
    expect(await skippedIn()).toEqual({ 'a\uFFFD.md': 'unreadable' });
  });
});

describe('links and special files', () => {
  it('follows no link and reports each', async () => {
    write({ 'real/a.md': '' });
    symlinkSync(root, join(root, 'real', 'loop'));
    symlinkSync(join(root, 'real', 'a.md'), join(root, 'b.md'));
    symlinkSync('nowhere', join(root, 'dangling.md'));
    expect(await pathsIn()).toEqual(['real/a.md']);
    expect(await skippedIn()).toEqual({
      'b.md': 'symlink',
      'dangling.md': 'symlink',
      'real/loop': 'symlink',
    });
  });

  it('resolves the given path itself', async () => {
    write({ 'real/a.md': '' });
    symlinkSync(join(root, 'real'), join(root, 'link'));
    const scan = await scanSources(join(root, 'link'));
    expect([scan.root, scan.files[0]?.path]).toEqual([
      join(root, 'real'),
      join(root, 'real', 'a.md'),
    ]);
  });

  it.skipIf(process.platform === 'win32')('skips a pipe', async () => {
    execFileSync('mkfifo', [join(root, 'pipe.md')]);
    expect(await skippedIn()).toEqual({ 'pipe.md': 'special_file' });
    expect(await skippedIn(join(root, 'pipe.md'))).toEqual({ 'pipe.md': 'special_file' });
  });

  it.skipIf(process.getuid?.() === 0)(
    'goes on after a directory that may not be read',
    async () => {
      write({ 'closed/a.md': '', 'open/b.md': '' });
      chmodSync(join(root, 'closed'), 0);
      const skipped = await skippedIn();
      const paths = await pathsIn();
      await expect(scanSources(join(root, 'closed'))).rejects.toMatchObject({
        code: 'PATH_DENIED',
      });
      chmodSync(join(root, 'closed'), 0o700);
      expect([skipped, paths]).toEqual([{ closed: 'permission' }, ['open/b.md']]);
    },
  );
});

describe('a single file', () => {
  it('is taken even when ignored, but not when secret or without a chunker', async () => {
    write({ '.gitignore': '*', 'a.md': 'x', id_rsa: '', 'b.ts': '' });
    const scan = await scanSources(join(root, 'a.md'));
    expect([scan.isSingleFile, scan.root, scan.files[0]?.relativePath]).toEqual([
      true,
      root,
      'a.md',
    ]);
    expect(await skippedIn(join(root, 'id_rsa'))).toEqual({ id_rsa: 'secret' });
    expect((await scanSources(join(root, 'b.ts'))).unsupported).toEqual(new Map([['.ts', 1]]));
  });

  it('is an error when it does not exist', async () => {
    write({ 'a.md': '' });
    for (const path of ['missing', 'a.md/below']) {
      await expect(scanSources(join(root, path))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

describe('ignore files', () => {
  it('lets deeper files and negations win', async () => {
    write({
      '.gitignore': '*.log\nbuild-out/\n/only-here.md\n!/top.log\n',
      'top.log': '',
      'other.log': '',
      'only-here.md': '',
      'sub/only-here.md': '',
      'sub/.gitignore': '!keep.log\n!build-out/\n/anchored.md\n',
      'sub/keep.log': '',
      'sub/drop.log': '',
      'sub/anchored.md': '',
      'sub/deep/anchored.md': '',
      'sub/build-out/in.md': '',
      'sub/build-out/in.log': '',
      'build-out/.gitignore': '!*',
      'build-out/in.md': '',
    });
    expect(await pathsIn()).toEqual([
      'sub/build-out/in.md',
      'sub/deep/anchored.md',
      'sub/keep.log',
      'sub/only-here.md',
      'top.log',
    ]);
    expect(await skippedIn()).toMatchObject({
      'build-out': 'gitignored',
      'other.log': 'gitignored',
    });
  });

  it('reads a final slash as directories only', async () => {
    write({ '.gitignore': 'x.md/\n', 'x.md': '', 'd/x.md/a.md': '' });
    expect(await pathsIn()).toEqual(['x.md']);
  });

  it('can be switched off without switching off the skip lists', async () => {
    write({ '.gitignore': 'a.md', 'a.md': '', 'node_modules/b.md': '' });
    expect(await pathsIn(root, { gitignore: false })).toEqual(['a.md']);
  });

  it('gives .altignore the last word', async () => {
    write({
      '.gitignore': 'drafts/\nb.md',
      '.altignore': '!drafts/\n!b.md\nc.md',
      'drafts/a.md': '',
      'b.md': '',
      'c.md': '',
      'sub/.gitignore': '!c.md',
      'sub/c.md': '',
    });
    expect(await pathsIn()).toEqual(['b.md', 'drafts/a.md']);
  });

  it('applies files above the root up to the git root, and its excludes', async () => {
    execFileSync('git', ['init', '-q', join(root, 'repo')]);
    write({
      '.gitignore': '*.md',
      'repo/.gitignore': '*.log\n/docs/a.txt\nprivate/\n',
      'repo/.git/info/exclude': 'b.txt\n',
      'repo/docs/a.txt': '',
      'repo/docs/b.txt': '',
      'repo/docs/c.log': '',
      'repo/docs/d.md': '',
      'repo/private/e.md': '',
      'repo/private/f.log': '',
    });
    expect(await pathsIn(join(root, 'repo', 'docs'))).toEqual(['d.md']);
    expect(await pathsIn(join(root, 'repo'))).toEqual(['docs/d.md']);
    // Naming an ignored directory is wanting it; patterns for single files still hold.
    expect(await pathsIn(join(root, 'repo', 'private'))).toEqual(['e.md']);
  });

  it('reads a nested repository with its own excludes', async () => {
    execFileSync('git', ['init', '-q', join(root, 'inner')]);
    write({ 'inner/.git/info/exclude': 'a.md\n', 'inner/a.md': '', 'inner/b.md': '', 'a.md': '' });
    expect(await pathsIn()).toEqual(['a.md', 'inner/b.md']);
  });

  it('agrees with git on generated rules', async () => {
    execFileSync('git', ['init', '-q', root]);
    const git = (...options: string[]): string =>
      execFileSync('git', ['-C', root, '-c', 'core.excludesFile=', ...options], {
        encoding: 'utf8',
      });
    const files = [
      'a.md',
      'b.md',
      'p/a.md',
      'p/q/a.md',
      'p/q/b.md',
      'p/r/a.md',
      'q/a.md',
      'q/r/b.md',
    ];
    write(Object.fromEntries(files.map((file) => [file, ''])));
    const pattern = fc
      .tuple(
        fc.constantFrom('', '', '!'),
        fc.constantFrom('', '', '/', '**/'),
        fc.constantFrom(
          'a.md',
          'b.md',
          '*.md',
          'p',
          'q',
          'r',
          'p/q',
          'q/*',
          'q/**',
          '*',
          'p/**/a.md',
          '?',
        ),
        fc.constantFrom('', '', '/'),
      )
      .map((parts) => parts.join(''));
    const rules = fc.array(pattern, { maxLength: 4 }).map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(rules, rules, rules, async (top, inP, inQ) => {
        write({ '.gitignore': top, 'p/.gitignore': inP, 'p/q/.gitignore': inQ });
        const listed = git('ls-files', '--others', '--exclude-standard').split('\n');
        const expected = listed.filter((path) => path.endsWith('.md'));
        expect((await pathsIn()).sort()).toEqual(expected.sort());
      }),
      { numRuns: 40 },
    );
  });
});
