/** The built product: the library, the two programs, and folders to try them in. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PROGRAMS = {
  alt: join(ROOT, 'dist', 'alt.js'),
  mcp: join(ROOT, 'dist', 'alt-memory-mcp.js'),
};

export function buildIfMissing() {
  if (existsSync(join(ROOT, 'dist', 'index.js'))) return;
  execFileSync(process.execPath, [join(ROOT, 'test', 'tools', 'build.mjs')], { stdio: 'inherit' });
}

/** What `import 'alt-memory'` gives. */
export function importLibrary() {
  return import(pathToFileURL(join(ROOT, 'dist', 'index.js')).href);
}

const made = [];

/** A new folder that is removed when the process ends. */
export function temporaryFolder() {
  if (made.length === 0) process.on('exit', removeFolders);
  const folder = mkdtempSync(join(tmpdir(), 'alt-memory-bench-'));
  made.push(folder);
  return folder;
}

function removeFolders() {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
}

/** A new, empty, open dimension. */
export async function newDimension(options = {}) {
  const { Dimension } = await importLibrary();
  const dimension = new Dimension({ path: join(temporaryFolder(), 'dimension'), ...options });
  await dimension.init();
  return dimension;
}

/** A copy of a dimension, to be changed freely. */
export function copyOf(path) {
  const copy = join(temporaryFolder(), 'dimension');
  cpSync(path, copy, { recursive: true });
  return copy;
}

/** Path from the folder -> bytes, for every file under it. */
export function filesUnder(folder) {
  const sizes = {};
  for (const name of readdirSync(folder, { recursive: true })) {
    const stat = lstatSync(join(folder, name));
    if (stat.isFile()) sizes[name] = stat.size;
  }
  return sizes;
}

export function sizeOf(folder) {
  return Object.values(filesUnder(folder)).reduce((sum, size) => sum + size, 0);
}
