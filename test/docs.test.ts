/** Pages that are generated are fresh, and every error code has its line. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, ERROR_CODES, RESERVED } from '../events/index.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const pageOf = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

describe('the generated pages', () => {
  it('are what `npm run docs` would write now', () => {
    const { stderr, status } = spawnSync(process.execPath, ['test/tools/docs.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([stderr, status]).toEqual(['', 0]);
  });
});

describe('docs/ERRORS.md', () => {
  it('has a line for every code', () => {
    const page = pageOf('docs/ERRORS.md');
    const missing = Object.entries(ERROR_CODES).filter(([code, { exit, means, hint }]) => {
      const cells = page.split('\n').find((line) => line.startsWith(`| \`${code}\``));
      return (
        !cells?.includes(` ${String(exit)} `) ||
        ![means, hint].every((said) => cells.includes(said))
      );
    });
    expect(missing).toEqual([]);
  });
});

describe('docs/FORMAT.md', () => {
  it('names every type of event, read or reserved', () => {
    const page = pageOf('docs/FORMAT.md');
    const names = [...Object.keys(CATALOGUE), ...Object.keys(RESERVED)];
    expect(names.filter((name) => !page.includes(`| \`${name}\``))).toEqual([]);
  });

  it('shows every byte of the example', () => {
    const example = readFileSync(`${ROOT}test/fixtures/format/v1/example.seg`);
    const shown = [
      ...pageOf('docs/FORMAT.md').matchAll(/^([0-9a-f]{4}) {2}((?:[0-9a-f]{2} ?)+)/gm),
    ];
    const bytes = shown.map(([, , hex = '']) => Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    expect(Buffer.concat(bytes)).toEqual(example);
  });
});
