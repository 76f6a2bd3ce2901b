/** Every operation, in the order in which tools are listed. */
import { aaakCompress, aaakDecompress, aaakParse, getAaakSpec } from './aaak.js';
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
import { createDomain, createRealm, getTaxonomy, listDomains, listRealms } from './realms.js';
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
  create_realm: createRealm,
  list_realms: listRealms,
  get_taxonomy: getTaxonomy,
  get_status: getStatus,
  create_domain: createDomain,
  list_domains: listDomains,
  kg_add: kgAdd,
  kg_query: kgQuery,
  kg_invalidate: kgInvalidate,
  set_backend: setBackend,
  get_backend: getBackend,
  set_embedder: setEmbedder,
  set_default_embedder: setDefaultEmbedder,
  get_default_embedder: getDefaultEmbedder,
  aaak_compress: aaakCompress,
  aaak_decompress: aaakDecompress,
  aaak_parse: aaakParse,
  get_aaak_spec: getAaakSpec,
  rebuild_fts: rebuildFts,
  reconnect,
  init_dimension: initDimension,
  close_dimension: closeDimension,
  ping,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
