/** Every operation, in the order in which tools are listed. */
import { aaakCompress, aaakDecompress, aaakParse, getAaakSpec } from './aaak.js';
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
import { kgAdd, kgInvalidate, kgQuery, kgStats, kgTimeline } from './facts.js';
import {
  createTunnel,
  deleteTunnel,
  findTunnels,
  followTunnels,
  graphStats,
  listTunnels,
  traverse,
} from './graph.js';
import type { Operation } from './operation.js';
import { getPeopleMap, setPeopleMap } from './people.js';
import {
  createPersona,
  deletePersona,
  getPersona,
  getPersonaCharacter,
  listPersonas,
  setPersona,
  switchPersona,
} from './personas.js';
import {
  listAgents,
  memoryRead,
  memorySummarize,
  memoryWrite,
  recordRead,
  recordWrite,
} from './records.js';
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
  kg_stats: kgStats,
  kg_timeline: kgTimeline,
  create_tunnel: createTunnel,
  delete_tunnel: deleteTunnel,
  list_tunnels: listTunnels,
  find_tunnels: findTunnels,
  follow_tunnels: followTunnels,
  traverse,
  graph_stats: graphStats,
  record_write: recordWrite,
  record_read: recordRead,
  list_agents: listAgents,
  memory_write: memoryWrite,
  memory_read: memoryRead,
  set_backend: setBackend,
  get_backend: getBackend,
  set_embedder: setEmbedder,
  set_default_embedder: setDefaultEmbedder,
  get_default_embedder: getDefaultEmbedder,
  get_persona: getPersona,
  set_persona: setPersona,
  switch_persona: switchPersona,
  create_persona: createPersona,
  list_personas: listPersonas,
  delete_persona: deletePersona,
  get_persona_character: getPersonaCharacter,
  aaak_compress: aaakCompress,
  aaak_decompress: aaakDecompress,
  aaak_parse: aaakParse,
  get_aaak_spec: getAaakSpec,
  memories_filed_away: memoriesFiledAway,
  rebuild_fts: rebuildFts,
  reconnect,
  get_people_map: getPeopleMap,
  set_people_map: setPeopleMap,
  init_dimension: initDimension,
  close_dimension: closeDimension,
  ping,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

/** Operations that are answered when called by name and shown in no list. */
export const UNLISTED_OPERATIONS = { memory_summarize: memorySummarize } as const satisfies Record<
  string,
  Operation
>;
