/**
 * House rules that neither lint nor the compiler can hold: what lies at the root, what text may
 * not say, and how event files look.
 *
 * Words that are looked for are put together here, so that this file does not find itself.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const ROOT_FILES = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'LICENSE'],
  ...['CHANGELOG.md', 'CONTRIBUTING.md', '.dockerignore', '.gitattributes', '.gitignore', '.npmrc'],
];
const ROOT_FOLDERS = [
  ...['src', 'events', 'projections', 'replay', 'cli', 'mcp', 'test', 'models', 'docs', 'bench'],
  ...['packages', '.ci', '.github'],
];
const SKIPPED_FOLDERS = ['node_modules', 'dist', '.git', 'coverage'];

const NOT_TEXT_SAMPLE_BYTES = 8192;

interface TextFile {
  readonly path: string;
  readonly text: string;
}

function walk(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => SKIPPED_FOLDERS.includes(part)));
}

/** Every file that is or could be committed; in an unpacked archive, every file. */
function listFiles(): string[] {
  if (!existsSync(join(ROOT, '.git'))) return walk('.');
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', options, { cwd: ROOT, encoding: 'utf8' });
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

function readText(path: string): TextFile[] {
  const bytes = readFileSync(join(ROOT, path));
  const isText = !bytes.subarray(0, NOT_TEXT_SAMPLE_BYTES).includes(0);
  return isText ? [{ path, text: bytes.toString('utf8') }] : [];
}

/** The lines that match, as `path:line: text`. */
function linesWith(files: readonly TextFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      return pattern.test(line) ? [`${path}:${String(index + 1)}: ${line.trim()}`] : [];
    }),
  );
}

function titlesIn(markdown: string): number {
  const prose = markdown.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, '');
  return prose.split('\n').filter((line) => /^# /.test(line)).length;
}

const paths = listFiles();
const texts = paths
  .filter((path) => path !== 'package-lock.json' && !path.startsWith('models/'))
  .flatMap(readText);
const code = texts.filter(({ path }) => /\.(ts|js|mjs|cjs)$/.test(path));
const eventFiles = code.filter(
  ({ path, text }) => path.startsWith('events/types/') && text.includes('defineEvent('),
);

describe('the tree', () => {
  it('holds nothing at the root that is not listed', () => {
    const unlisted = paths.filter((path) => {
      const [first = '', ...rest] = path.split('/');
      if (rest.length > 0) return !ROOT_FOLDERS.includes(first);
      return !ROOT_FILES.includes(first) && !first.startsWith('Dockerfile');
    });
    expect(unlisted).toEqual([]);
  });

  it('names no path of one particular machine', () => {
    const folders = ['work', 'farm', 'root'].join('|');
    const pattern = new RegExp(`/(${folders})/(?!\\.alt-memory)`);
    expect(linesWith(texts, pattern)).toEqual([]);
  });

  it('holds no mark of unfinished work', () => {
    expect(linesWith(texts, new RegExp(`\\b${'FIX'}ME\\b`))).toEqual([]);
  });

  it('gives every Markdown file exactly one title', () => {
    const wrong = texts
      .filter(({ path, text }) => path.endsWith('.md') && titlesIn(text) !== 1)
      .map(({ path, text }) => `${path}: ${String(titlesIn(text))} titles`);
    expect(wrong).toEqual([]);
  });
});

describe('the code', () => {
  it('gives a reason wherever it switches a lint rule off', () => {
    const switches = linesWith(code, new RegExp(`eslint-${'disable'}`));
    expect(switches.filter((line) => !/ -- \S/.test(line))).toEqual([]);
  });

  it('mocks no modules', () => {
    expect(linesWith(code, new RegExp(`\\bvi\\.(do)?${'mock'}\\(`, 'i'))).toEqual([]);
  });

  it('asks SQLite for no time and no randomness in projections', () => {
    const projections = code.filter(({ path }) => path.startsWith('projections/'));
    const impure = /CURRENT_(TIMESTAMP|DATE|TIME)|\brandom(blob)?\(|\(\s*'now'|\bunixepoch\(\)/i;
    expect(linesWith(projections, impure)).toEqual([]);
  });
});

describe('the event files', () => {
  it('define one event each, named like the file', () => {
    const wrong = eventFiles.filter(({ path, text }) => {
      const names = [...text.matchAll(/defineEvent\(\s*'(\w+)'/g)].map((match) => match[1] ?? '');
      const kebab = names.map((name) => name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase());
      return kebab.length !== 1 || path !== `events/types/${kebab[0] ?? ''}.ts`;
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('say in a doc comment what happened', () => {
    const silent = eventFiles.filter(
      ({ text }) => !/\*\/\nexport const \w+ = defineEvent/.test(text),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});
