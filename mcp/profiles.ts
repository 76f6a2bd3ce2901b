/**
 * Which tools a server shows. Several clients cap the number of tools over all their servers, and
 * every schema costs the model tokens, so a person can ask for fewer.
 *
 * Names are written out: a profile is read before anything else loads, and a renamed tool must not
 * change what somebody's configuration means without a test saying so.
 */

/** Every tool, by the category that `--tools` knows, in the order of categories. @internal */
export const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  search: ['search', 'check_duplicate'],
  entities: [
    'add_entity',
    'get_entity',
    'update_entity',
    'delete_entity',
    'delete_entities',
    'list_entities',
    'batch_add_entities',
    'import_entities',
    'export_collection',
  ],
  realms: ['create_realm', 'delete_realm', 'list_realms', 'get_taxonomy', 'get_status'],
  domains: ['create_domain', 'delete_domain', 'list_domains'],
  kg: ['kg_add', 'kg_query', 'kg_invalidate', 'kg_stats', 'kg_timeline'],
  graph: [
    'create_tunnel',
    'delete_tunnel',
    'list_tunnels',
    'find_tunnels',
    'follow_tunnels',
    'traverse',
    'graph_stats',
  ],
  backend: ['set_backend', 'get_backend'],
  embedder: ['set_embedder', 'set_default_embedder', 'get_default_embedder'],
  records: ['record_write', 'record_read', 'list_agents', 'memory_write', 'memory_read'],
  persona: [
    'get_persona',
    'set_persona',
    'switch_persona',
    'create_persona',
    'list_personas',
    'delete_persona',
    'get_persona_character',
  ],
  aaak: ['aaak_compress', 'aaak_decompress', 'aaak_parse', 'get_aaak_spec'],
  other: [
    'rebuild_fts',
    'reconnect',
    'get_people_map',
    'set_people_map',
    'memories_filed_away',
    'init_dimension',
    'close_dimension',
    'ping',
  ],
};

/** What a session needs day by day. A tool that this release lacks is absent. */
const CORE: readonly string[] = [
  'search',
  'check_duplicate',
  'add_entity',
  'get_entity',
  'update_entity',
  'delete_entity',
  'list_entities',
  'get_taxonomy',
  'get_status',
  'kg_add',
  'kg_query',
  'kg_invalidate',
  'kg_timeline',
  'record_write',
  'record_read',
  'mine_text',
  'get_persona_character',
];

const ALL = Object.values(CATEGORIES).flat();

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  all: ALL,
  core: ALL.filter((name) => CORE.includes(name)),
  ...CATEGORIES,
};

export type Choice =
  | { readonly names: ReadonlySet<string> }
  | {
      /** Why the text says nothing, as a sentence. */
      readonly problem: string;
    };

/**
 * Reads `all`, `core` or a comma list of profiles, categories and tools; `-name` removes. A list
 * that only removes starts from all.
 */
export function chooseTools(text: string): Choice {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const names = new Set(parts.every((part) => part.startsWith('-')) ? ALL : []);
  for (const part of parts) {
    const isRemoved = part.startsWith('-');
    const group = namesOf(isRemoved ? part.slice(1) : part);
    if (!group) return { problem: `Unknown tool or category '${part}'. ${KNOWN}` };
    for (const name of group) {
      if (isRemoved) names.delete(name);
      else names.add(name);
    }
  }
  return names.size > 0 ? { names } : { problem: `No tool is left of '${text}'.` };
}

const KNOWN = `Known: ${[...new Set([...Object.keys(GROUPS), ...ALL])].join(', ')}.`;

function namesOf(part: string): readonly string[] | undefined {
  if (Object.hasOwn(GROUPS, part)) return GROUPS[part];
  return ALL.includes(part) ? [part] : undefined;
}
