/**
 * The index form: one line a memory, for nodes, exports and files. Its header says where the lines
 * come from, its arc and tunnels how they hang together.
 */
import { emotionCode } from './emotions.js';
import { isFlag } from './flags.js';
import { ARC_LINE, EMOTION_FIELD, TUNNEL_LINE, ZETTEL_LINE } from './grammar.js';

export interface Zettel {
  readonly id: string;
  /** Empty where nobody is named. */
  readonly codes: readonly string[];
  readonly topics: readonly string[];
  /** Null when none. */
  readonly quote: string | null;
  readonly weight: number | null;
  /** Codes. */
  readonly emotions: readonly string[];
  readonly flags: readonly string[];
}

export interface Tunnel {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** Of a memory's lines realm and domain, of a file's lines its number and whom it is about. */
export type IndexHeader =
  | {
      readonly realm: string;
      readonly domain: string;
      readonly date: string;
      readonly title: string;
    }
  | {
      readonly file: string;
      readonly entities: readonly string[];
      readonly date: string;
      readonly title: string;
    };

export interface IndexFile {
  readonly header: IndexHeader | null;
  readonly arc: readonly string[];
  readonly zettels: readonly Zettel[];
  readonly tunnels: readonly Tunnel[];
}

const NO_CODES = '???';
/** What is missing in a header. */
const UNKNOWN = '?';
const NO_TOPICS = 'misc';

/** Reads the index form. Lines of no known form are left out. */
export function decodeIndex(text: string): IndexFile {
  const arc: string[] = [];
  const zettels: Zettel[] = [];
  const tunnels: Tunnel[] = [];
  let header: IndexHeader | null = null;
  for (const line of text.split('\n').map((written) => written.trim())) {
    const [, emotions] = ARC_LINE.exec(line) ?? [];
    const [, from, to, label = ''] = TUNNEL_LINE.exec(line) ?? [];
    const zettel = readZettel(line);
    if (emotions !== undefined) arc.push(...emotions.split('->').map(emotionCode));
    else if (from !== undefined && to !== undefined) tunnels.push({ from, to, label });
    else if (zettel) zettels.push(zettel);
    else header ??= readHeader(line);
  }
  return { header, arc, zettels, tunnels };
}

function readHeader(line: string): IndexHeader | null {
  const [first = '', second = '', date = '', ...title] = line.split('|');
  if (title.length === 0 || first.includes(':')) return null;
  const rest = { date, title: title.join('|') };
  if (/^\d+$/.test(first)) return { file: first, entities: codesIn(second), ...rest };
  return { realm: first, domain: second, ...rest };
}

const codesIn = (text: string): string[] =>
  text.split('+').filter((code) => code !== '' && code !== NO_CODES && code !== UNKNOWN);

function readZettel(line: string): Zettel | undefined {
  const [, id, codes = '', rest = ''] = ZETTEL_LINE.exec(line) ?? [];
  if (id === undefined) return undefined;
  const [topics = '', ...fields] = rest.split('|');
  const named = topics.split('_').filter((topic) => topic !== '' && topic !== NO_TOPICS);
  return { id: decoded(id), codes: codesIn(codes), topics: named, ...readDetails(fields) };
}

function readDetails(fields: readonly string[]): Omit<Zettel, 'id' | 'codes' | 'topics'> {
  let [quote, weight]: [string | null, number | null] = [null, null];
  const [emotions, flags]: [string[], string[]] = [[], []];
  for (const field of fields.map((written) => written.trim())) {
    if (/^".*"$/s.test(field)) quote = field.slice(1, -1).replaceAll('¦', '|');
    else if (/^\d+(?:\.\d+)?$/.test(field)) weight = Number(field);
    else if (field.split('+').every(isFlag)) flags.push(...field.split('+'));
    else if (field !== '') emotions.push(...emotionNames(field).map(emotionCode));
  }
  return { quote, weight, emotions, flags };
}

const emotionNames = (field: string): string[] =>
  (EMOTION_FIELD.exec(field)?.[1] ?? field).split('+');

/** An id as it stands in a line. */
function encodeZettelId(id: string): string {
  return id.replace(/[^A-Za-z0-9_.-]/gu, (character) => {
    return [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('');
  });
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    // Written by hand with a lone percent sign: it is meant as it stands.
    return id;
  }
}

/** Writes one line; what is missing is left out. */
export function writeZettel(zettel: Zettel): string {
  const { id, codes, topics, quote, weight, emotions, flags } = zettel;
  const inField = (text: string): string => text.replaceAll('|', '¦').replace(/\s+/g, ' ');
  return [
    `${encodeZettelId(id)}:${codes.join('+') || NO_CODES}`,
    inField(topics.join('_')) || NO_TOPICS,
    ...(quote === null || quote === '' ? [] : [`"${inField(quote)}"`]),
    ...(weight === null ? [] : [String(weight)]),
    ...(emotions.length === 0 ? [] : [emotions.join('+')]),
    ...(flags.length === 0 ? [] : [flags.join('+')]),
  ].join('|');
}

/** Writes a header line; a missing part is `?`. */
export function writeHeader(parts: readonly (string | undefined)[]): string {
  return parts
    .map((part) => {
      const clean = (part ?? '').replaceAll('|', '¦').replace(/\s+/g, ' ').trim();
      return clean === '' ? UNKNOWN : clean;
    })
    .join('|');
}

/** Writes tunnels, labelled by what stands before a colon, else by 30 characters. */
export function writeTunnel({ from, to, label }: Tunnel): string {
  const [before = ''] = label.split(':');
  const short = label.includes(':') ? before : Array.from(label).slice(0, 30).join('');
  return `T:${encodeZettelId(from)}<->${encodeZettelId(to)}|${short.replaceAll('|', '¦')}`;
}
