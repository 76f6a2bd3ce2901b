/**
 * The lines of one source, from the texts of its parts: what they are about, what is quoted, which
 * names stand near. Looks at the whole source, some 20,000 characters at a time, so that late parts
 * are found as well as early ones.
 */
import { formatNodeLine, nodeText } from '../../projections/index.js';
import { frequentNames, namesIn } from './names.js';
import { actionPhrases, headings, quotes } from './topics.js';

const SEGMENT_CHARACTERS_MAX = 20_000;
const TOPICS_PER_SEGMENT_MAX = 12;
const QUOTES_PER_SEGMENT_MAX = 3;
const LINES_MAX = 200;
const NAMES_PER_LINE_MAX = 5;
const POINTERS_PER_LINE_MAX = 3;
const STEM_CHARACTERS_MAX = 40;

/** A memory as part of a source. */
export interface SourcePart {
  readonly id: string;
  readonly content: string;
  /** 1-based and inclusive, in the source. */
  readonly lines?: { readonly start: number; readonly end: number } | undefined;
}

export interface BuildSource {
  readonly sourceFile: string;
  readonly realm: string;
  readonly domain: string;
  /** In the order of the source, at least one. */
  readonly parts: readonly SourcePart[];
  /** YYYY-MM-DD. */
  readonly date?: string | undefined;
}

/** A topic and the parts that it stands in. */
export interface Topic {
  readonly topic: string;
  readonly parts: readonly SourcePart[];
}

/** At most 200 lines, at least one. Pure. */
export function buildNodeLines(source: BuildSource): string[] {
  const segments = segmentsOf(source.parts, SEGMENT_CHARACTERS_MAX);
  const perSegment = TOPICS_PER_SEGMENT_MAX + QUOTES_PER_SEGMENT_MAX;
  const share = Math.min(perSegment, Math.max(1, Math.floor(LINES_MAX / segments.length)));
  const seen = new Set<string>();
  const topics = segments.flatMap((parts) => topicsOf(parts, seen).slice(0, share));
  return formatTopics(source, topics.length > 0 ? topics : [fallback(source)]);
}

/** Lines of topics, with the names and places of their parts. */
export function formatTopics(source: BuildSource, topics: readonly Topic[]): string[] {
  const { date } = source;
  const names = frequentNames(source.parts.map(({ content }) => content));
  const namesOfPart = new Map<SourcePart, ReadonlySet<string>>();
  const hasName = (part: SourcePart, name: string): boolean => {
    const known = namesOfPart.get(part) ?? new Set(namesIn(part.content));
    namesOfPart.set(part, known);
    return known.has(name);
  };
  return topics.slice(0, LINES_MAX).map(({ topic, parts }) => {
    const pointed = parts.slice(0, POINTERS_PER_LINE_MAX);
    const near = names.filter((name) => pointed.some((part) => hasName(part, name)));
    const lines = pointed[0]?.lines;
    return formatNodeLine({
      topic,
      names: near.slice(0, NAMES_PER_LINE_MAX),
      ids: [...new Set(pointed.map(({ id }) => id))],
      ...(date !== undefined &&
        lines && { at: { date, lineStart: lines.start, lineEnd: lines.end } }),
    });
  });
}

/** What a source is called of which nothing else can be said: `realm/domain/file`. */
export function fallback({ sourceFile, realm, domain, parts }: BuildSource): Topic {
  const name = sourceFile.split(/[\\/]/).at(-1) ?? '';
  const stem = [...name.replace(/(?<=.)\.[^.]*$/su, '')].slice(0, STEM_CHARACTERS_MAX).join('');
  return { topic: `${realm}/${domain}/${stem}`, parts };
}

/** Runs of whole parts of at most so many characters together, each of at least one. */
export function segmentsOf(parts: readonly SourcePart[], charactersMax: number): SourcePart[][] {
  const segments: SourcePart[][] = [];
  let length = 0;
  for (const part of parts.flatMap((whole) => cut(whole, charactersMax))) {
    length += part.content.length;
    const open = segments.at(-1);
    if (open && length <= charactersMax) {
      open.push(part);
      continue;
    }
    segments.push([part]);
    length = part.content.length;
  }
  return segments;
}

/** A part that is longer than a segment, in pieces. */
function cut(part: SourcePart, charactersMax: number): SourcePart[] {
  const { content } = part;
  if (content.length <= charactersMax) return [part];
  const count = Math.ceil(content.length / charactersMax);
  return Array.from({ length: count }, (_, index) => {
    const piece = content.slice(index * charactersMax, (index + 1) * charactersMax);
    return { ...part, content: piece.toWellFormed() };
  });
}

/** Of one segment, without what earlier ones said: what was done, headings, then quotes. */
function topicsOf(parts: readonly SourcePart[], seen: Set<string>): Topic[] {
  const collect = (find: (text: string) => string[]): Topic[] => {
    const found = new Map<string, SourcePart[]>();
    for (const part of parts) {
      for (const topic of find(part.content).map(nodeText)) {
        const holders = found.get(topic) ?? [];
        if (holders.at(-1) !== part) holders.push(part);
        found.set(topic, holders);
      }
    }
    const fresh = [...found].filter(([topic]) => topic !== '' && !seen.has(topic.toLowerCase()));
    return fresh.map(([topic, holders]) => ({ topic, parts: holders }));
  };
  const topics = [...collect(actionPhrases), ...collect(headings)];
  const chosen = [
    ...unique(topics).slice(0, TOPICS_PER_SEGMENT_MAX),
    ...unique(collect(quotes)).slice(0, QUOTES_PER_SEGMENT_MAX),
  ];
  for (const { topic } of chosen) seen.add(topic.toLowerCase());
  return chosen;
}

function unique(topics: readonly Topic[]): Topic[] {
  const first = new Map<string, Topic>();
  for (const topic of topics) {
    const key = topic.topic.toLowerCase();
    if (!first.has(key)) first.set(key, topic);
  }
  return [...first.values()];
}
