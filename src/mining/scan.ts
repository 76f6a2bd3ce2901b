/**
 * Finds the sources below a directory, or takes a single file: the selection half of mining.
 *
 * Nothing is left out silently: what is no source is in `skipped` with its reason, or counted by
 * extension in `unsupported`; only what the caller's own patterns leave out is not mentioned.
 */

import { lstat, readdir, realpath } from 'node:fs/promises';
import type { Dirent, Stats } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { AltError, systemError } from '../../events/index.js';
import {
  extensionOf,
  fileClassOf,
  isSecretFile,
  isSkippedDirectory,
  isSkippedFile,
} from './file-classes.js';
import { findGitRoot } from './git.js';
import {
  excludedIn,
  globMatcher,
  IGNORE_FILES,
  IgnoreRules,
  patternsIn,
  repositoryPatterns,
} from './gitignore.js';
import { inPathOrder } from './path-order.js';

/** Why a path below the root is no source. A skipped directory is one entry for all below it. */
export type SkipReason =
  | 'skip_directory'
  | 'skip_file'
  | 'gitignored'
  | 'secret'
  | 'symlink'
  | 'special_file'
  | 'too_large'
  | 'permission'
  | 'unreadable';

/** A file to mine. */
export interface SourceFile {
  /** Absolute real path, as the file system spells it. */
  readonly path: string;
  /** POSIX, NFC, relative to the scanned directory. */
  readonly relativePath: string;
  readonly sizeBytes: number;
  /** Whole milliseconds. */
  readonly mtimeMs: number;
}

export interface SkippedPath {
  /** POSIX, NFC, relative to the scanned directory. */
  readonly path: string;
  readonly reason: SkipReason;
}

export interface ScanResult {
  /** Absolute real path of the scanned directory; for a single file the directory it is in. */
  readonly root: string;
  readonly isSingleFile: boolean;
  /** In the code-point order of their relative paths. */
  readonly files: readonly SourceFile[];
  readonly skipped: readonly SkippedPath[];
  /** Files of classes that have no chunker, counted by extension ('' for none). */
  readonly unsupported: ReadonlyMap<string, number>;
}

export interface ScanOptions {
  /** False leaves `.gitignore`, `.altignore` and git's excludes unread; the skip lists stay. */
  readonly gitignore?: boolean;
  /** Only files whose name or relative path matches one of these globs (syntax of `.gitignore`). */
  readonly patterns?: readonly string[];
  readonly maxFileSizeBytes?: number;
  readonly includeSecrets?: boolean;
}

/** A text file beyond this is a dump or a log of a machine. */
const MAX_FILE_SIZE_BYTES = 10 * 1024 * 1024;

/**
 * Scans a directory or takes a single file. Links are not followed, the given path apart.
 *
 * @throws AltError NOT_FOUND when the path does not exist, PATH_DENIED when it may not be read.
 */
export async function scanSources(path: string, options: ScanOptions = {}): Promise<ScanResult> {
  const { real, stats } = await openPath(path);
  const isSingleFile = !stats.isDirectory();
  const root = isSingleFile ? dirname(real) : real;
  const scan = new Scan(root, options);
  if (isSingleFile) scan.takeSingle(basename(real), stats);
  else await scan.walkRoot();
  return { root, isSingleFile, ...scan.found };
}

async function openPath(path: string): Promise<{ real: string; stats: Stats }> {
  try {
    const real = await realpath(path);
    return { real, stats: await lstat(real) };
  } catch (error) {
    throw pathError(error, path);
  }
}

function pathError(error: unknown, path: string): AltError {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AltError('NOT_FOUND', `There is no file or directory at ${path}.`, { cause: error });
  }
  if (isDenied(code)) {
    return new AltError('PATH_DENIED', `${path} may not be read.`, { cause: error });
  }
  return systemError(error, `Reading ${path}`);
}

function errorCode(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

function isDenied(code: unknown): boolean {
  return code === 'EACCES' || code === 'EPERM';
}

/** One directory on the way down. Paths are '' or end in '/'. */
interface Folder {
  readonly path: string;
  readonly relativePath: string;
  /** Relative to the top directory of the ignore rules, as the file system spells it. */
  readonly rulesPath: string;
  readonly rules: IgnoreRules;
}

class Scan {
  readonly #root: string;
  readonly #options: ScanOptions;
  readonly #matches: (path: string) => boolean;
  readonly #maxSizeBytes: number;
  readonly #usesIgnoreFiles: boolean;
  readonly found = {
    files: [] as SourceFile[],
    skipped: [] as SkippedPath[],
    unsupported: new Map<string, number>(),
  };

  constructor(root: string, options: ScanOptions) {
    this.#root = root;
    this.#options = options;
    this.#matches = options.patterns?.length ? globMatcher(options.patterns) : () => true;
    this.#maxSizeBytes = options.maxFileSizeBytes ?? MAX_FILE_SIZE_BYTES;
    this.#usesIgnoreFiles = options.gitignore ?? true;
  }

  /** A file that was named itself is asked neither patterns nor ignore files. */
  takeSingle(name: string, stats: Stats): void {
    const relativePath = name.normalize('NFC');
    if (!stats.isFile()) this.#skip(relativePath, 'special_file');
    else if (!this.#isLeftOut(name, relativePath)) {
      this.#addFile({ path: join(this.#root, name), relativePath, stats });
    }
  }

  async walkRoot(): Promise<void> {
    let entries: Dirent[];
    try {
      entries = await readdir(this.#root, { withFileTypes: true });
    } catch (error) {
      throw pathError(error, this.#root);
    }
    const { rulesPath, rules } = await this.#rootRules();
    await this.#walk({ path: this.#root, relativePath: '', rulesPath, rules }, entries);
  }

  /** Rules of the directories above the root, up to the root of its repository. */
  async #rootRules(): Promise<{ rulesPath: string; rules: IgnoreRules }> {
    let rules = new IgnoreRules();
    const gitRoot = this.#usesIgnoreFiles ? await findGitRoot(this.#root) : undefined;
    if (gitRoot === undefined) return { rulesPath: '', rules };
    rules = rules.enter('', { git: await repositoryPatterns(gitRoot), alt: [] });
    let rulesPath = '';
    let directory = gitRoot;
    for (const name of relative(gitRoot, this.#root).split(sep).filter(Boolean)) {
      rules = rules.enter(rulesPath, await patternsIn(directory, IGNORE_FILES));
      rulesPath += `${name}/`;
      directory = join(directory, name);
    }
    return { rulesPath, rules };
  }

  async #walk(folder: Folder, entries: readonly Dirent[]): Promise<void> {
    const inside = this.#usesIgnoreFiles ? await enterFolder(folder, entries, this.#root) : folder;
    for (const entry of inPathOrder(entries)) {
      const relativePath = `${folder.relativePath}${entry.name.normalize('NFC')}`;
      if (entry.isDirectory()) await this.#takeDirectory(inside, entry.name, relativePath);
      else await this.#takeFile(inside, entry, relativePath);
    }
  }

  async #takeDirectory(parent: Folder, name: string, relativePath: string): Promise<void> {
    const rulesPath = `${parent.rulesPath}${name}/`;
    if (isSkippedDirectory(name)) return this.#skip(relativePath, 'skip_directory');
    if (parent.rules.ignores(rulesPath)) return this.#skip(relativePath, 'gitignored');
    const path = join(parent.path, name);
    let entries: Dirent[];
    try {
      entries = await readdir(path, { withFileTypes: true });
    } catch (error) {
      return this.#skip(relativePath, isDenied(errorCode(error)) ? 'permission' : 'unreadable');
    }
    const folder = { path, relativePath: `${relativePath}/`, rulesPath, rules: parent.rules };
    return this.#walk(folder, entries);
  }

  async #takeFile(parent: Folder, entry: Dirent, relativePath: string): Promise<void> {
    if (parent.rules.ignores(`${parent.rulesPath}${entry.name}`)) {
      return this.#skip(relativePath, 'gitignored');
    }
    if (entry.isSymbolicLink()) return this.#skip(relativePath, 'symlink');
    if (!entry.isFile()) return this.#skip(relativePath, 'special_file');
    if (this.#isLeftOut(entry.name, relativePath) || !this.#matches(relativePath)) return;
    const path = join(parent.path, entry.name);
    try {
      this.#addFile({ path, relativePath, stats: await lstat(path) });
    } catch (error) {
      // Also a name that is no UTF-8: what Node hands out for it opens nothing.
      this.#skip(relativePath, isDenied(errorCode(error)) ? 'permission' : 'unreadable');
    }
  }

  /** Reports a file whose name alone rules it out. */
  #isLeftOut(name: string, relativePath: string): boolean {
    if (isSecretFile(name) && this.#options.includeSecrets !== true) {
      this.#skip(relativePath, 'secret');
      return true;
    }
    if (isSkippedFile(name)) {
      this.#skip(relativePath, 'skip_file');
      return true;
    }
    if (fileClassOf(name) !== undefined) return false;
    const extension = extensionOf(name);
    this.found.unsupported.set(extension, (this.found.unsupported.get(extension) ?? 0) + 1);
    return true;
  }

  #addFile(file: { path: string; relativePath: string; stats: Stats }): void {
    const { path, relativePath, stats } = file;
    if (!stats.isFile()) return this.#skip(relativePath, 'unreadable');
    if (stats.size > this.#maxSizeBytes) return this.#skip(relativePath, 'too_large');
    const mtimeMs = Math.trunc(stats.mtimeMs);
    this.found.files.push({ path, relativePath, sizeBytes: stats.size, mtimeMs });
  }

  #skip(path: string, reason: SkipReason): void {
    this.found.skipped.push({ path, reason });
  }
}

/** The folder with the rules of its own ignore files added. */
async function enterFolder(
  folder: Folder,
  entries: readonly Dirent[],
  root: string,
): Promise<Folder> {
  // As git does, a link in place of an ignore file is not followed.
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const added = await patternsIn(folder.path, names);
  const isNestedRepository = folder.path !== root && entries.some((entry) => entry.name === '.git');
  const excluded = isNestedRepository ? await excludedIn(folder.path) : [];
  const texts = { git: [...excluded, ...added.git], alt: added.alt };
  return { ...folder, rules: folder.rules.enter(folder.rulesPath, texts) };
}
