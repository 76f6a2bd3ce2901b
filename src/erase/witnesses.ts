/** Who may still hold what was erased here: machines and remotes that did not hear of it yet. */
import { dirname, join } from 'node:path';
import type { Files } from '../../events/index.js';
import { writersSeen } from '../../projections/index.js';
import { toIso } from '../entity.js';
import { readRemotes } from '../machines/remotes-file.js';
import type { Session } from '../session.js';

/** Another machine, or an earlier id of this one. */
export interface UnheardReplica {
  readonly replica: string;
  /** When what is held of it was last written, by its clock. */
  readonly last_seen: string;
}

export interface UnheardRemote {
  readonly name: string;
  readonly location: string;
  /** What keeps old versions of its files, which nothing here can clear. */
  readonly keeps: readonly string[];
}

/** By what is known to keep old versions of the files below a folder. */
const KEEPERS: Readonly<Record<string, string>> = {
  '.git': 'git',
  '.hg': 'Mercurial',
  '.stversions': 'Syncthing versions',
  '.stfolder': 'Syncthing, which may keep versions elsewhere',
  '.dropbox.cache': 'Dropbox',
  '.zfs': 'ZFS snapshots',
  '.snapshots': 'snapshots',
};

export async function unheardReplicas({ store }: Session): Promise<UnheardReplica[]> {
  const own = store.ownReplica();
  const writers = await store.read(writersSeen);
  return writers
    .filter(({ replica }) => replica !== own)
    .map(({ replica, lastMs }) => ({ replica, last_seen: toIso(lastMs) }));
}

/** All of them: what is erased reaches a remote with the next push. */
export function unheardRemotes({ store, files }: Session): UnheardRemote[] {
  const remotes = Object.entries(readRemotes(store.folder)).sort(([a], [b]) => (a < b ? -1 : 1));
  return remotes.map(([name, { location }]) => {
    return { name, location, keeps: keepersOf(files, location) };
  });
}

/** What keeps old versions of the files in a folder, as far as it shows. */
export function keepersOf(files: Files, folder: string): string[] {
  const found = new Set<string>();
  for (let at = folder, above = ''; at !== above; above = at, at = dirname(at)) {
    for (const [name, keeper] of Object.entries(KEEPERS)) {
      if (files.stat(join(at, name))) found.add(keeper);
    }
  }
  return [...found];
}
