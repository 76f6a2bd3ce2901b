/**
 * The lines of the cross-reference index: what one looks like, how they are packed, what of them is
 * indexed.
 *
 *     topic|Name;Name|→id,id                          topic|Name;Name|2026-01-01:L1-L12|→id,id
 */
import { terms } from './terms.js';

/** One topic, quote or name of a source, and the memories that hold its text. */
export interface NodeLine {
  readonly topic: string;
  /** Names that stand near it. */
  readonly names: readonly string[];
  readonly at?: {
    /** YYYY-MM-DD. */
    readonly date: string;
    /** 1-based and inclusive, in the source. */
    readonly lineStart: number;
    readonly lineEnd: number;
  };
  /** Ids of memories, in the order of the source. */
  readonly ids: readonly string[];
}

/** A pack is at most this long, unless its only line is longer. */
const PACK_CHARACTERS_MAX = 2_000;

const ARROW = '→';
const LOCATION = /^(\d{4}-\d{2}-\d{2}):L(\d+)-L(\d+)$/;

/** Text as it stands in a field: one line, without the marks that part fields. */
export function nodeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s|→\p{Cc}]+/gu, ' ')
    .trim();
}

const nameText = (name: string): string => nodeText(name.replaceAll(';', ' '));

/** A comma parts ids; what could be read as an encoded one is encoded too. */
const encodeId = (id: string): string => id.replace(/%(?=2C|25)/g, '%25').replaceAll(',', '%2C');
const decodeId = (id: string): string =>
  id.replace(/%(2C|25)/g, (_, code: string) => (code === '2C' ? ',' : '%'));

export function formatNodeLine({ topic, names, at, ids }: NodeLine): string {
  const fields = [nodeText(topic), names.map(nameText).join(';')];
  if (at) fields.push(`${at.date}:L${String(at.lineStart)}-L${String(at.lineEnd)}`);
  return `${fields.join('|')}|${ARROW}${ids.map(encodeId).join(',')}`;
}

/** Reads a line back; anything that is none is a topic without names and ids. */
export function parseNodeLine(line: string): NodeLine {
  const arrow = line.lastIndexOf(ARROW);
  const head = arrow === -1 ? line : line.slice(0, arrow);
  const [topic = '', names = '', location = ''] = head.split('|');
  const pointers = arrow === -1 ? [] : line.slice(arrow + 1).split(',');
  const ids = pointers.map((id) => decodeId(id.trim())).filter((id) => id !== '');
  const at = locationOf(location);
  return {
    topic,
    names: names.split(';').filter((name) => name !== ''),
    ...(at && { at }),
    ids: [...new Set(ids)],
  };
}

function locationOf(field: string): NodeLine['at'] {
  const [, date, start, end] = LOCATION.exec(field) ?? [];
  if (date === undefined) return undefined;
  return { date, lineStart: Number(start), lineEnd: Number(end) };
}

/** Whole lines joined by newlines, as many to a pack as fit in 2,000 characters, at least one. */
export function packNodeLines(lines: readonly string[]): string[] {
  const packs: string[] = [];
  for (const line of lines) {
    const last = packs.at(-1);
    const fits = last !== undefined && last.length + 1 + line.length <= PACK_CHARACTERS_MAX;
    if (fits) packs[packs.length - 1] = `${last}\n${line}`;
    else packs.push(line);
  }
  return packs;
}

/** The terms by which a pack is found: those of its topics and names, not of its pointers. */
export function nodeTerms(pack: string): string[] {
  return pack.split('\n').flatMap((line) => {
    const { topic, names } = parseNodeLine(line);
    return terms([topic, ...names].join(' '));
  });
}
