/** `nodes/`: the cross-references, packed by the first two digits of their source's hash. */
import { join } from 'node:path';
import type { SideFile } from '../side-files/side-file.js';
import { nodeFiles } from './list.js';

const PATH = 'nodes';

export const nodesFolder: SideFile = {
  path: PATH,
  owns: /^[0-9a-f]{2}\.msgpack(?:\.new)?$/,
  content(db, { files, store }) {
    const packs = [...nodeFiles(db)].map(
      ({ prefix, bytes }) => [`${prefix}.msgpack`, bytes] as const,
    );
    const isThere = files.stat(join(store.folder, PATH)) !== undefined;
    return packs.length > 0 || isThere ? new Map(packs) : undefined;
  },
};
