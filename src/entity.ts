/** A memory as everybody sees it: library, command line and MCP alike. */
import type { EntityRow } from '../projections/index.js';

export interface Entity {
  readonly id: string;
  readonly realm: string;
  readonly domain: string;
  readonly content: string;
  /** What the caller gave, with realm, domain and source_file mirrored into it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** '' when none. */
  readonly source_file: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly created_at: string;
  readonly updated_at: string;
}

export const toIso = (ms: number): string => new Date(ms).toISOString();

export function toEntity(row: EntityRow): Entity {
  const { id, realm, domain, content, sourceFile } = row;
  const own = JSON.parse(row.metadata) as Record<string, unknown>;
  const source = sourceFile === '' ? {} : { source_file: sourceFile };
  return {
    id,
    realm,
    domain,
    content,
    metadata: { ...own, realm, domain, ...source },
    source_file: sourceFile,
    created_at: toIso(row.createdMs),
    updated_at: toIso(row.updatedMs),
  };
}
