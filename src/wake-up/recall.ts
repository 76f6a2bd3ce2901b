/** L2 and L3: the newest memories of a place, and what a search finds, as texts to read. */
import { listEntities } from '../entities.js';
import type { Entity } from '../entity.js';
import { filterName, matchesNothing } from '../names.js';
import type { SearchOptions } from '../search/options.js';
import type { SearchResult } from '../search/search.js';
import type { Searcher } from '../search/searcher.js';
import type { Session } from '../session.js';
import { baseName, fileMark, snippet } from './snippet.js';

const SNIPPET_CHARACTERS_MAX = 300;
const RECALL_LIMIT = 10;
const SEARCH_LIMIT = 5;

export interface RecallOptions {
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
  /** 1–10,000; 10 when absent. */
  readonly limit?: number | undefined;
}

export interface Recalled {
  readonly text: string;
  readonly entities: Entity[];
}

/** L2: the newest memories of a realm or domain. */
export async function recall(session: Session, options: RecallOptions = {}): Promise<Recalled> {
  const { realm, domain, limit = RECALL_LIMIT } = options;
  const { entities } = await listEntities(session, { realm, domain, limit });
  if (entities.length === 0) return { text: `No memories${placeOf(options)}.`, entities };
  const lines = entities.map((entity) => {
    const line = snippet(entity.content, SNIPPET_CHARACTERS_MAX);
    return `  [${entity.domain}] ${line}${fileMark(entity.source_file)}`;
  });
  const heading = `## L2 — ON-DEMAND (${String(entities.length)} entities)`;
  return { text: [heading, ...lines].join('\n'), entities };
}

/** ` in realm 'work', domain 'cars'`; ` yet` where everything was asked for. */
function placeOf({ realm, domain }: RecallOptions): string {
  const parts = Object.entries({ realm, domain }).flatMap(([kind, text]) => {
    const name = filterName(text);
    if (name === undefined) return [];
    return [`${kind} '${matchesNothing(name) ? (text ?? '') : name}'`];
  });
  return parts.length === 0 ? ' yet' : ` in ${parts.join(', ')}`;
}

export interface DeepOptions extends Pick<SearchOptions, 'realm' | 'domain' | 'pendingBudgetMs'> {
  /** 1–100; 5 when absent. */
  readonly n?: number | undefined;
}

export interface DeepHit {
  readonly id: string;
  readonly text: string;
  readonly realm: string;
  readonly domain: string;
  readonly source_file: string;
  /** 0–1; null for what was found by its words alone. */
  readonly similarity: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface Deep {
  readonly text: string;
  readonly results: DeepHit[];
  readonly warnings: readonly string[];
}

/** L3: what a hybrid search finds, best first. @throws {AltError} INVALID_ARGUMENT */
export async function deepSearch(
  searcher: Searcher,
  query: string,
  options: DeepOptions = {},
): Promise<Deep> {
  const { n: limit = SEARCH_LIMIT, ...rest } = options;
  const { results: found, warnings } = await searcher.search(query, { ...rest, limit });
  const results = found.map(toHit);
  const heading = `## L3 — SEARCH RESULTS for "${query}"`;
  const lines = results.flatMap((hit, index) => hitLines(hit, index + 1));
  const text = [heading, ...(lines.length === 0 ? ['  Nothing found.'] : lines)].join('\n');
  return { text, results, warnings };
}

function toHit({ id, content, realm, domain, ...result }: SearchResult): DeepHit {
  const { source_file, similarity, metadata } = result;
  return { id, text: content, realm, domain, source_file, similarity, metadata };
}

function hitLines({ realm, domain, text, ...hit }: DeepHit, rank: number): string[] {
  const similarity = hit.similarity === null ? '-' : hit.similarity.toFixed(3);
  return [
    `  [${String(rank)}] ${realm}/${domain} (sim=${similarity})`,
    `      ${snippet(text, SNIPPET_CHARACTERS_MAX)}`,
    ...(hit.source_file === '' ? [] : [`      src: ${baseName(hit.source_file)}`]),
  ];
}
