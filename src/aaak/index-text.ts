/** A plain text as one line of the index form, with a header where its place is known. */
import { findPersons } from '../../projections/index.js';
import type { Codebook } from './codebook.js';
import { aaakDetectEmotions, aaakDetectFlags } from './detect.js';
import { writeHeader, writeZettel, type Zettel } from './index-form.js';
import { normalizeText } from './text.js';
import { aaakExtractKeySentence, aaakExtractTopics } from './topics.js';

export interface IndexPlace {
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
  readonly date?: string | undefined;
  readonly sourceFile?: string | undefined;
  /** Of a memory: its id and importance stand in its line. */
  readonly id?: string | undefined;
  readonly importance?: number | undefined;
}

const CODES_MAX = 3;

export function indexText(text: string, codebook: Codebook, place: IndexPlace = {}): string {
  const normal = normalizeText(text);
  const quote = aaakExtractKeySentence(normal);
  const codes = findPersons(normal, codebook).flatMap(({ name }) => codebook.codeFor(name) ?? []);
  const zettel: Zettel = {
    id: place.id ?? '0',
    codes: [...new Set(codes)].slice(0, CODES_MAX),
    topics: aaakExtractTopics(normal),
    quote: quote === '' ? null : quote,
    weight: place.importance ?? null,
    emotions: aaakDetectEmotions(normal),
    flags: aaakDetectFlags(normal),
  };
  const line = writeZettel(zettel);
  const { realm, domain, date, sourceFile } = place;
  if (realm === undefined && sourceFile === undefined) return line;
  return `${writeHeader([realm, domain, date, titleOf(sourceFile)])}\n${line}`;
}

/** The name of a file without its folder and extension. */
function titleOf(path: string | undefined): string | undefined {
  return path
    ?.split(/[\\/]/)
    .at(-1)
    ?.replace(/(?<=.)\.[^.]*$/, '');
}
