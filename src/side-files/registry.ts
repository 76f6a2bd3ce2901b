/** Every side file of a dimension. A new one is a line here and a function of the views. */
import { entityRegistrySideFile, knowledgeGraphSideFile } from '../knowledge/knowledge-files.js';
import { nodesFolder } from '../nodes/nodes-folder.js';
import { identityFile } from '../wake-up/identity-file.js';
import { personaFile } from '../personas/persona-file.js';
import type { SideFile } from './side-file.js';

export const SIDE_FILES: readonly SideFile[] = [
  personaFile,
  identityFile,
  knowledgeGraphSideFile,
  entityRegistrySideFile,
  nodesFolder,
];
