/**
 * A memory that a file's cross-references have lifted is shown with its surroundings: the part of
 * the file that answers the question best, with the parts before and after it.
 */
import { queryTerms, termFrequency, termHash, type Db } from '../../projections/index.js';
import { groupBy } from '../group-by.js';
import type { SearchRequest } from './request.js';

const TEXT_CHARACTERS_MAX = 10_000;

export interface Hydration {
  /** Up to three parts in reading order, joined by a blank line. */
  readonly hydrated_text: string;
  /** Of the part that answers best. */
  readonly chunk_index: number;
  readonly total_chunks: number;
}

/** A memory that is part of a file. */
interface Part {
  readonly entity: number;
  readonly index: number;
  /** How many terms of the question it holds. */
  readonly terms: number;
}

interface Boosted {
  readonly entity: number;
  readonly realm: string;
  readonly sourceFile: string;
}

/** Shows memories of one answer with their surroundings; each file is looked at once. */
export class Hydrator {
  readonly #db: Db;
  readonly #request: SearchRequest;
  readonly #files = new Map<string, readonly Part[]>();

  constructor(db: Db, request: SearchRequest) {
    this.#db = db;
    this.#request = request;
  }

  /** Undefined for a memory that is no part of a file of several. */
  hydrate(boosted: Boosted): Hydration | undefined {
    const parts = this.#partsOf(boosted);
    const own = parts.find(({ entity }) => entity === boosted.entity);
    if (!own || parts.length < 2) return undefined;
    const centre = this.#centre(parts, own);
    const text = this.#around(parts, centre);
    const note = `\n\n[truncated; ${String(parts.length)} chunks in source]`;
    const isCut = text.length > TEXT_CHARACTERS_MAX;
    return {
      hydrated_text: isCut ? text.slice(0, TEXT_CHARACTERS_MAX).toWellFormed() + note : text,
      chunk_index: centre.index,
      total_chunks: parts.length,
    };
  }

  /** The part with the most terms of the question; of equals the memory itself, else the first. */
  #centre(parts: readonly Part[], own: Part): Part {
    let best = own;
    for (const part of parts) if (part.terms > best.terms) best = part;
    return best;
  }

  #around(parts: readonly Part[], centre: Part): string {
    const texts = [-1, 0, 1].flatMap((step) => {
      const index = centre.index + step;
      const part = step === 0 ? centre : parts.find((candidate) => candidate.index === index);
      return part ? this.#contentOf(part.entity) : [];
    });
    return texts.join('\n\n');
  }

  #contentOf(entity: number): string[] {
    const sql = 'SELECT content FROM entities WHERE num = ?';
    return this.#db.all<{ content: string }>(sql, entity).map(({ content }) => content);
  }

  /** The parts of a file that the question may see, in reading order. */
  #partsOf({ realm, sourceFile }: Boosted): readonly Part[] {
    const key = JSON.stringify([realm, sourceFile]);
    const known = this.#files.get(key);
    if (known) return known;
    const { place, question } = this.#request;
    const { domain = null } = place;
    const hashes = queryTerms(question).map(termHash);
    const rows = this.#db.all<{ entity: number; chunk: number; terms: Uint8Array }>(
      `SELECT num AS entity, json_extract(metadata, '$.chunk_index') AS chunk, terms
       FROM entities JOIN passages ON entity = num
       WHERE living = 1 AND source_file <> '' AND source_file = ? AND realm = ?
         AND (? IS NULL OR domain = ?) AND json_type(metadata, '$.chunk_index') = 'integer'
       ORDER BY chunk, num`,
      sourceFile,
      realm,
      domain,
      domain,
    );
    const parts = [...groupBy(rows, ({ entity }) => entity)].map(([entity, passages]) => {
      const held = hashes.filter((hash) => {
        return passages.some(({ terms }) => termFrequency(terms, hash) > 0);
      });
      return { entity, index: passages[0]?.chunk ?? 0, terms: held.length };
    });
    this.#files.set(key, parts);
    return parts;
  }
}
