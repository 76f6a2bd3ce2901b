/**
 * Git's rules of what is ignored, over the `.gitignore` and `.altignore` files of many directories.
 *
 * Every file is a layer with its own matcher. The strongest layer that has an opinion decides:
 * `.altignore` before `.gitignore`, deeper before shallower, then `info/exclude`, then
 * `core.excludesFile`. Layers only grow on the way down, so a directory's layers are a value.
 */

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { excludeFileOf, runGit } from './git.js';

/** Texts of files of patterns, weakest first. */
export interface IgnoreTexts {
  readonly git: readonly string[];
  readonly alt: readonly string[];
}

/** Rules of one file. `base` is the directory they are relative to: '' or a path ending in '/'. */
interface Layer {
  readonly base: string;
  readonly matcher: Ignore;
}

/** Names of the files of patterns that a directory may hold: git's and our own. */
export const IGNORE_FILES = ['.gitignore', '.altignore'] as const;

/** Git compares names as the usual file system of the platform does. */
const IGNORES_CASE = process.platform === 'win32' || process.platform === 'darwin';

/**
 * The rules in force in one directory. Paths are POSIX, relative to the directory that the first
 * layers were made for; directories are written with a last '/'.
 */
export class IgnoreRules {
  /** Weakest first. */
  readonly #git: readonly Layer[];
  readonly #alt: readonly Layer[];

  constructor(git: readonly Layer[] = [], alt: readonly Layer[] = []) {
    this.#git = git;
    this.#alt = alt;
  }

  /** True when the strongest rule for `path` excludes it. Its parent must not be ignored. */
  ignores(path: string): boolean {
    return verdict(this.#alt, path) ?? verdict(this.#git, path) ?? false;
  }

  /** These rules with those of the files of `directory`, which is entered. */
  enter(directory: string, added: IgnoreTexts): IgnoreRules {
    const layers = (texts: readonly string[]): Layer[] =>
      texts.map((text) => ({ base: directory, matcher: newMatcher().add(text) }));
    const admit = (layer: Layer): Layer => admitted(layer, directory);
    return new IgnoreRules(
      [...this.#git.map(admit), ...layers(added.git)],
      [...this.#alt.map(admit), ...layers(added.alt)],
    );
  }
}

/** Patterns of the ignore files of a directory, as far as they are among the `names` in it. */
export async function patternsIn(
  directory: string,
  names: readonly string[],
): Promise<IgnoreTexts> {
  const read = async (name: string): Promise<string[]> => {
    const text = names.includes(name) ? await readPatterns(join(directory, name)) : undefined;
    return text === undefined ? [] : [text];
  };
  return { git: await read(IGNORE_FILES[0]), alt: await read(IGNORE_FILES[1]) };
}

/** The text of one file of patterns; undefined when there is none that can be read. */
async function readPatterns(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Git goes on without a file of patterns that it cannot read, and so do we.
    return undefined;
  }
}

/** Patterns of a repository's own `info/exclude`, as a list of one or none. */
export async function excludedIn(root: string): Promise<string[]> {
  const text = await readPatterns(await excludeFileOf(root));
  return text === undefined ? [] : [text];
}

/** Patterns that hold for a whole repository beside its `.gitignore` files, weakest first. */
export async function repositoryPatterns(root: string): Promise<string[]> {
  const named = await runGit(root, ['config', '--path', '--get', 'core.excludesFile']);
  const personal = named ? await readPatterns(expand(named, root)) : undefined;
  return [...(personal === undefined ? [] : [personal]), ...(await excludedIn(root))];
}

/** True when `path` matches one of the globs, which have the syntax of `.gitignore`. */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const matcher = newMatcher().add([...globs]);
  return (path) => matcher.ignores(path);
}

function newMatcher(): Ignore {
  return ignore({ ignoreCase: IGNORES_CASE });
}

function verdict(layers: readonly Layer[], path: string): boolean | undefined {
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const layer = layers[index];
    if (layer === undefined) continue;
    const { ignored, unignored } = layer.matcher.test(path.slice(layer.base.length));
    if (ignored || unignored) return ignored;
  }
  return undefined;
}

/**
 * A layer for use below `directory`. A matcher takes everything below a directory that it ignores
 * for ignored; when a stronger layer or the caller let us in, that must not reach further down.
 */
function admitted(layer: Layer, directory: string): Layer {
  const relative = directory.slice(layer.base.length);
  if (relative === '' || !layer.matcher.test(relative).ignored) return layer;
  const literal = relative.slice(0, -1).replace(/[\\*?[\] !#]/g, '\\$&');
  return {
    base: layer.base,
    matcher: newMatcher()
      .add(layer.matcher)
      .add([`!/${literal}/`]),
  };
}

function expand(path: string, root: string): string {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : join(root, path);
}
