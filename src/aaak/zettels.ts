/** Lines of the index form from structured notes, and the layer of them to wake up with. */
import type { Codebook } from './codebook.js';
import { emotionCode } from './emotions.js';
import { firstOf } from './length.js';
import { writeHeader, writeTunnel, writeZettel, type Tunnel, type Zettel } from './index-form.js';

/** A note as other programs keep it. */
export interface ZettelNote {
  readonly id: string;
  readonly people?: readonly string[] | undefined;
  readonly topics?: readonly string[] | undefined;
  readonly content?: string | undefined;
  /** 0–1; 0.5 when absent. */
  readonly emotional_weight?: number | undefined;
  readonly emotional_tone?: readonly string[] | undefined;
  readonly origin_moment?: boolean | undefined;
  readonly sensitivity?: string | undefined;
  readonly notes?: string | undefined;
  readonly origin_label?: string | undefined;
  readonly title?: string | undefined;
}

/** A file of notes. */
export interface ZettelFile {
  /** Such as `007-the-harbour.txt`. */
  readonly name: string;
  readonly date?: string | undefined;
  readonly arc?: readonly string[] | undefined;
  readonly notes: readonly ZettelNote[];
  readonly tunnels?: readonly Tunnel[] | undefined;
}

const CODES_MAX = 3;
const TOPICS_MAX = 2;
const EMOTIONS_MAX = 3;
const WEIGHT_DEFAULT = 0.5;

/** The line of a note. */
export function encodeNote(note: ZettelNote, codebook: Codebook): string {
  return writeZettel(toZettel(note, codebook));
}

function toZettel(note: ZettelNote, codebook: Codebook): Zettel {
  return {
    id: note.id.slice(note.id.lastIndexOf('-') + 1),
    codes: codesOf(note.people ?? [], codebook),
    topics: (note.topics ?? []).slice(0, TOPICS_MAX),
    quote: chooseQuote(note),
    weight: note.emotional_weight ?? WEIGHT_DEFAULT,
    emotions: [...new Set((note.emotional_tone ?? []).map(emotionCode))].slice(0, EMOTIONS_MAX),
    flags: flagsOf(note),
  };
}

function codesOf(people: readonly string[], codebook: Codebook): string[] {
  return [...new Set(people.flatMap((name) => codebook.codeFor(name) ?? []))].sort();
}

function flagsOf(note: ZettelNote): string[] {
  const notes = (note.notes ?? '').toLowerCase();
  const origins = `${notes} ${(note.origin_label ?? '').toLowerCase()}`;
  const said: readonly (readonly [flag: string, isSaid: boolean])[] = [
    ['ORIGIN', note.origin_moment === true],
    ['SENSITIVE', (note.sensitivity ?? '').startsWith('MAXIMUM')],
    ['CORE', /foundational pillar|\bcore\b/.test(notes)],
    ['GENESIS', origins.includes('genesis')],
    ['PIVOT', notes.includes('pivot')],
  ];
  return said.filter(([, isSaid]) => isSaid).map(([flag]) => flag);
}

const QUOTED = /"([^"\n]{8,55})"/g;
const SINGLE_QUOTED = /(?<=^|[\s([{,.;:!?])'([^'\n]{8,55})'(?=$|[\s)\]},.;:!?])/gm;
const SAID =
  /\b(?:says|said|articulates|reveals|admits|confesses|asks):\s*([^.!?\n]{10,55})[.!?]/gi;
const FELT = new Set(
  (
    'love fear remember soul feel stupid scared beautiful destroy respect trust consciousness ' +
    'alive forget waiting peace matter real guilt escape rest hope dream lost found'
  ).split(' '),
);
const TITLE_QUOTE_MAX = 45;

/** What a note says in somebody's own words; else the part of its title after a dash. */
function chooseQuote(note: ZettelNote): string | null {
  const text = [note.content, note.origin_label, note.notes].filter(Boolean).join('\n');
  const candidates = [QUOTED, SINGLE_QUOTED, SAID].flatMap((pattern) => {
    return Array.from(text.matchAll(pattern), ([, quote = '']) => quote.trim());
  });
  let best: { readonly quote: string; readonly score: number } | undefined;
  for (const quote of candidates) {
    const score = quoteScore(quote);
    if (!best || score > best.score) best = { quote, score };
  }
  if (best) return best.quote.replaceAll('"', "'");
  const [, after] = splitTitle(note.title);
  return after === undefined ? null : firstOf(after, TITLE_QUOTE_MAX);
}

function quoteScore(quote: string): number {
  const felt = new Set(quote.toLowerCase().match(/\p{L}+/gu) ?? []);
  const words = [...felt].filter((word) => FELT.has(word)).length;
  const opening = /^\p{Lu}/u.test(quote) ? 2 : 0;
  const isNarrated = /^(?:The|This|She)\b/.test(quote);
  return opening + words * 2 + (quote.length > 20 ? 1 : 0) - (isNarrated ? 2 : 0);
}

function splitTitle(title = ''): [string, string | undefined] {
  const at = title.indexOf(' - ');
  return at === -1 ? [title, undefined] : [title.slice(0, at), title.slice(at + 3)];
}

/** A whole file: header, arc, notes, tunnels. */
export function encodeFile(file: ZettelFile, codebook: Codebook): string {
  const number = /^([^-]*)-/.exec(file.name)?.[1] ?? '';
  const named = file.name.replace(/\.txt$/, '');
  const title = number === '' ? named : named.slice(number.length + 1);
  const people = file.notes.flatMap((note) => note.people ?? []);
  const codes = codesOf(people, codebook).slice(0, CODES_MAX).join('+');
  return [
    writeHeader([number === '' ? '000' : number, codes, file.date, title]),
    ...(file.arc === undefined || file.arc.length === 0
      ? []
      : [`ARC:${file.arc.map(emotionCode).join('->')}`]),
    ...file.notes.map((note) => encodeNote(note, codebook)),
    ...(file.tunnels ?? []).map(writeTunnel),
  ].join('\n');
}

/** Several files in one text, each followed by a line `---`. */
export function encodeFiles(files: readonly ZettelFile[], codebook: Codebook): string {
  return files.map((file) => `${encodeFile(file, codebook)}\n---\n`).join('');
}

/** What a file of the first layer is called, and a file of all files. */
export const LAYER_FILE = 'LAYER1.aaak';
export const ALL_FILES = 'COMPRESSED_MEMORY.aaak';

export interface LayerOptions {
  readonly title?: string | undefined;
  /** When it is made, as it shall be printed. */
  readonly generatedOn: string;
  /** Blocks about who one is, each with its heading. */
  readonly identity?: Readonly<Record<string, string>> | undefined;
}

const MOMENT_WEIGHT = 0.85;
const TUNNELS_MAX = 8;
const TUNNEL_LABEL_MAX = 40;
const HINT_MAX = 30;

/** The first layer of files: what weighs most, by date. */
export function encodeLayer(
  files: readonly ZettelFile[],
  codebook: Codebook,
  options: LayerOptions,
): string {
  const moments = files
    .flatMap(({ date = '', notes }) =>
      notes.map((note) => ({ date: date.split(',')[0] ?? '', note })),
    )
    .map(({ date, note }) => ({ date, note, zettel: toZettel(note, codebook) }))
    .filter(({ zettel }) => {
      const isKept = zettel.flags.some((flag) => /^(?:ORIGIN|CORE|GENESIS)$/.test(flag));
      return isKept || (zettel.weight ?? 0) >= MOMENT_WEIGHT;
    })
    .sort((a, b) => (b.zettel.weight ?? 0) - (a.zettel.weight ?? 0));
  const dates = [...new Set(moments.map(({ date }) => date))].sort();
  const labels = files.flatMap(({ tunnels = [] }) => tunnels.map(({ label }) => label));
  const blocks = [
    ...Object.entries(options.identity ?? {}).map(([name, text]) => `=${name}=\n${text}`),
    ...dates.map((date) => {
      const lines = moments.filter((moment) => moment.date === date);
      return [
        `=MOMENTS[${date}]=`,
        ...lines.map(({ note, zettel }) => momentLine(note, zettel)),
      ].join('\n');
    }),
    ...(labels.length === 0 ? [] : [tunnelBlock(labels)]),
  ];
  const heading = [options.title ?? 'LAYER 1', `Generated on ${options.generatedOn}`].join('\n');
  return `${[heading, ...blocks].join('\n\n')}\n\n`;
}

const tunnelBlock = (labels: readonly string[]): string =>
  [
    '=TUNNELS=',
    ...labels.slice(0, TUNNELS_MAX).map((label) => firstOf(label, TUNNEL_LABEL_MAX)),
  ].join('\n');

function momentLine(note: ZettelNote, { codes, topics, quote, weight, flags }: Zettel): string {
  const [, after] = splitTitle(note.title);
  const hint = after === undefined ? topics.join('_') : firstOf(after, HINT_MAX);
  const rest = flags.filter((flag) => flag !== 'SENSITIVE');
  return [
    codes.join('+') || '???',
    hint.replaceAll('|', '¦'),
    ...(quote === null ? [] : [`"${quote.replaceAll('|', '¦')}"`]),
    ...(flags.includes('SENSITIVE') ? ['SENSITIVE'] : []),
    String(weight ?? WEIGHT_DEFAULT),
    ...(rest.length === 0 ? [] : [rest.join('+')]),
  ].join('|');
}
