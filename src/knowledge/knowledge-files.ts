/** `knowledge_graph.json` and `entity_registry.json`, for people and other programs to read. */
import type { Db } from '../../projections/index.js';
import type { Session } from '../session.js';
import { readSideFile, type SideFile } from '../side-files/side-file.js';
import { entityRegistryFile, knowledgeGraphFile } from './side-files.js';

export const knowledgeGraphSideFile = sideFile('knowledge_graph.json', (db, nowMs) => {
  const file = knowledgeGraphFile(db, nowMs);
  return { file, isEmpty: file.facts.length === 0 && file.entities.length === 0 };
});

export const entityRegistrySideFile = sideFile('entity_registry.json', (db, nowMs) => {
  const file = entityRegistryFile(db, nowMs);
  return { file, isEmpty: Object.keys(file.entities).length === 0 };
});

/** A file that is not made while it would be empty, and emptied where it is there. */
function sideFile(
  path: string,
  read: (db: Db, nowMs: number) => { readonly file: object; readonly isEmpty: boolean },
): SideFile {
  return {
    path,
    content(db: Db, session: Session) {
      const { file, isEmpty } = read(db, session.system.now());
      if (isEmpty && readSideFile(session, path) === undefined) return undefined;
      return `${JSON.stringify(file, undefined, 2)}\n`;
    },
  };
}
