/**
 * Asks git, as a child process that reads and never prompts, pages or reaches the network.
 *
 * The tree that is mined may come from anyone, and so may the configuration in its `.git`.
 */

import { execFile } from 'node:child_process';
import { lstat, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AltError } from '../../events/index.js';

/** Longest wait for an answer: listing the roots of a very large history takes seconds. */
const GIT_TIMEOUT_MS = 10_000;

/** Variables by which a surrounding git (a hook) would answer for another repository. */
const REDIRECTING =
  'GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_NAMESPACE GIT_SHALLOW_FILE'.split(' ');

/** The nearest directory at or above `directory` that holds `.git`; undefined outside of any. */
export async function findGitRoot(directory: string): Promise<string | undefined> {
  for (let current = resolve(directory); ; current = dirname(current)) {
    if (await holdsGit(current)) return current;
    if (dirname(current) === current) return undefined;
  }
}

/** True when the directory is the root of a work tree (`.git` is a directory or a file). */
export async function holdsGit(directory: string): Promise<boolean> {
  try {
    const found = await lstat(join(directory, '.git'));
    return found.isDirectory() || found.isFile();
  } catch {
    // Absent or not to be seen: either way git could not use it.
    return false;
  }
}

/**
 * What git printed, without the last newline; undefined when git is missing or refuses.
 *
 * @throws AltError UNAVAILABLE when git does not answer in time: taking that for a refusal would
 *   give one file two identities, depending on how busy the machine is.
 */
export async function runGit(
  root: string,
  options: readonly string[],
): Promise<string | undefined> {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    GIT_CEILING_DIRECTORIES: dirname(root),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: '',
  };
  for (const name of REDIRECTING) delete environment[name];
  const settings = { cwd: root, env: environment, timeout: GIT_TIMEOUT_MS, windowsHide: true };
  return new Promise((fulfil, reject) => {
    execFile('git', ['--no-pager', ...options], settings, (error, stdout) => {
      if (error === null) fulfil(stdout.replace(/\n$/, ''));
      else if (error.killed === true) reject(timedOut(root, error));
      else fulfil(undefined);
    });
  });
}

/** Path of `info/exclude` of the repository at `root`, also where `.git` is a file. */
export async function excludeFileOf(root: string): Promise<string> {
  const directory = await gitDirectoryOf(join(root, '.git'));
  try {
    const common = (await readFile(join(directory, 'commondir'), 'utf8')).trim();
    return join(resolve(directory, common), 'info', 'exclude');
  } catch {
    // Only linked work trees have `commondir`.
    return join(directory, 'info', 'exclude');
  }
}

async function gitDirectoryOf(dotGit: string): Promise<string> {
  try {
    const pointer = /^gitdir: (.+)/.exec(await readFile(dotGit, 'utf8'))?.[1];
    return pointer === undefined ? dotGit : resolve(dirname(dotGit), pointer.trim());
  } catch {
    // Reading a directory fails: `.git` itself is the repository.
    return dotGit;
  }
}

function timedOut(root: string, cause: Error): AltError {
  return new AltError('UNAVAILABLE', `git did not answer within 10 s in ${root}.`, {
    cause,
    hint: 'Run `git commit-graph write --reachable` there, then mine again.',
  });
}
