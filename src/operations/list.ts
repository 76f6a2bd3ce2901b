/** Every operation, in the order in which tools are listed. */
import { exportCollection, importEntities, memoriesFiledAway } from './backup.js';
import {
  addEntity,
  batchAddEntities,
  deleteEntities,
  deleteEntity,
  getEntity,
  listEntities,
  updateEntity,
} from './entities.js';
import { kgAdd, kgInvalidate, kgQuery } from './facts.js';
import type { Operation } from './operation.js';
import {
  createDomain,
  createRealm,
  deleteDomain,
  deleteRealm,
  getTaxonomy,
  listDomains,
  listRealms,
} from './realms.js';
import { checkDuplicate, search } from './search.js';
import { closeDimension, getStatus, initDimension, ping, rebuildFts, reconnect } from './upkeep.js';
import {
  getBackend,
  getDefaultEmbedder,
  setBackend,
  setDefaultEmbedder,
  setEmbedder,
} from './vectors.js';

export const OPERATIONS = {
  search,
  check_duplicate: checkDuplicate,
  add_entity: addEntity,
  get_entity: getEntity,
  update_entity: updateEntity,
  delete_entity: deleteEntity,
  delete_entities: deleteEntities,
  list_entities: listEntities,
  batch_add_entities: batchAddEntities,
  import_entities: importEntities,
  export_collection: exportCollection,
  create_realm: createRealm,
  delete_realm: deleteRealm,
  list_realms: listRealms,
  get_taxonomy: getTaxonomy,
  get_status: getStatus,
  create_domain: createDomain,
  delete_domain: deleteDomain,
  list_domains: listDomains,
  kg_add: kgAdd,
  kg_query: kgQuery,
  kg_invalidate: kgInvalidate,
  set_backend: setBackend,
  get_backend: getBackend,
  set_embedder: setEmbedder,
  set_default_embedder: setDefaultEmbedder,
  get_default_embedder: getDefaultEmbedder,
  memories_filed_away: memoriesFiledAway,
  rebuild_fts: rebuildFts,
  reconnect,
  init_dimension: initDimension,
  close_dimension: closeDimension,
  ping,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
