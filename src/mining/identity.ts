/**
 * What a source and its parts are called, so that mining again, or on another machine, finds them.
 *
 * A file of a git repository is named by the repository's first commit and its path in it: clones
 * on two machines are one source. Any other file is named by machine and absolute path.
 */

import { createHash } from 'node:crypto';
import { dirname, relative, sep } from 'node:path';
import { holdsGit, runGit } from './git.js';

/** Names sources, remembering which repository each directory belongs to. */
export interface SourceKeys {
  /**
   * `repo:<root commit>:<relative path>` or `file:<host id>:<absolute path>`, paths POSIX and NFC.
   * `realPath` must be absolute and free of links, as {@link scanSources} returns it.
   *
   * @throws AltError UNAVAILABLE when git does not answer in time.
   */
  keyOf(realPath: string): Promise<string>;
}

interface Repository {
  readonly root: string;
  readonly rootCommit: string;
}

/** A namer for one run. The host id tells this machine's paths from another's. */
export function createSourceKeys(hostId: string): SourceKeys {
  const known = new Map<string, Promise<Repository | undefined>>();
  const repositoryOf = (directory: string): Promise<Repository | undefined> => {
    const remembered = known.get(directory);
    if (remembered !== undefined) return remembered;
    const looked = lookUp(directory);
    known.set(directory, looked);
    return looked;
  };
  const lookUp = async (directory: string): Promise<Repository | undefined> => {
    if (await holdsGit(directory)) return readRepository(directory);
    const parent = dirname(directory);
    return parent === directory ? undefined : repositoryOf(parent);
  };
  return {
    async keyOf(realPath) {
      const repository = await repositoryOf(dirname(realPath));
      if (repository === undefined) return fileKey(hostId, realPath);
      const path = posix(relative(repository.root, realPath));
      return `repo:${repository.rootCommit}:${path}`;
    },
  };
}

/**
 * Keys of a source's parts in order: `<sha256 of the content>:<n>`, n counting equal contents from
 * 1. A part keeps its key wherever it moves in the source.
 */
export function partKeys(parts: readonly { readonly content: string }[]): string[] {
  const seen = new Map<string, number>();
  return parts.map(({ content }) => {
    const hash = createHash('sha256').update(content, 'utf8').digest('hex');
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return `${hash}:${count}`;
  });
}

/** The repository at `root`; undefined without commits, without git, or when the history is cut. */
async function readRepository(root: string): Promise<Repository | undefined> {
  const isShallow = await runGit(root, ['rev-parse', '--is-shallow-repository']);
  // A shallow clone's oldest commit is not the repository's, and it changes with the next fetch.
  if (isShallow !== 'false') return undefined;
  const roots = await runGit(root, ['rev-list', '--max-parents=0', 'HEAD']);
  const rootCommit = roots?.split('\n').filter(Boolean).sort()[0];
  return rootCommit === undefined ? undefined : { root, rootCommit };
}

function fileKey(hostId: string, realPath: string): string {
  const path = posix(realPath).replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
  return `file:${hostId}:${path}`;
}

function posix(path: string): string {
  return path.split(sep).join('/').normalize('NFC');
}
