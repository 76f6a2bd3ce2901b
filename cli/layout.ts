/** How results look to people: one function a thing, text out, nothing written. */
import type {
  AgentSummary,
  DiaryEntry,
  Domain,
  Entity,
  Fact,
  LogEntry,
  Persona,
  Realm,
  SearchResult,
} from '../src/index.js';

/**
 * Memories may hold what steers a terminal, or turns the order of letters around; it is shown, and
 * never obeyed. Tabs and newlines stay.
 */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

export const printable = (text: string): string => text.replace(CONTROLS, '\ufffd');

/** In the reader's time zone: `2026-01-31 09:30:00`. */
const localTime = (iso: string): string => new Date(iso).toLocaleString('sv-SE');

/** On one line, at most `max` characters, `...` where something was left out. */
export function excerpt(text: string, max: number, start = 0): string {
  const line = printable(text.slice(start)).replace(/\s+/g, ' ').trim();
  const head = start > 0 ? '...' : '';
  if (line.length <= max) return head + line;
  return `${head}${line.slice(0, max).toWellFormed()}...`;
}

const indented = (text: string): string => `  ${printable(text).replaceAll('\n', '\n  ')}`;

export function entityLines(entity: Entity, charactersMax: number): string {
  const { id, realm, domain, content, created_at } = entity;
  const place = `${printable(realm).padEnd(15)} / ${printable(domain).padEnd(20)}`;
  const isWhole = charactersMax === Infinity;
  const text = isWhole ? indented(content) : `  ${excerpt(content, charactersMax)}`;
  return `  ${printable(id).padEnd(20)} | ${place} | ${localTime(created_at)}\n${text}\n`;
}

export function diaryLines(entry: DiaryEntry, charactersMax: number): string {
  const { content, created_at, topic } = entry;
  const about = topic === '' ? '?' : printable(topic);
  const isWhole = charactersMax === Infinity;
  const text = isWhole ? indented(content) : `  ${excerpt(content, charactersMax)}`;
  return `\n[${localTime(created_at)}] topic=${about}\n${text}`;
}

export function agentLine({ name, entries, last_entry_at, realms }: AgentSummary): string {
  const count = `${String(entries)} entries`.padEnd(14);
  return `  ${name.padEnd(20)}  ${count}  ${localTime(last_entry_at)}  ${realms.join(', ')}`;
}

export function personaLine({ name, description, active }: Persona): string {
  const mark = active ? '*' : ' ';
  return `${mark} ${name.padEnd(20)}  ${printable(description)}`.trimEnd();
}

export function realmLine(realm: Realm, isVerbose: boolean): string {
  const described = isVerbose && realm.description !== '';
  const rest = described ? ` - ${printable(realm.description)}` : '';
  return `  ${realm.name.padEnd(20)}  ${String(realm.entity_count)} entities${rest}`;
}

export function domainLine(domain: Domain): string {
  const count = String(domain.entity_count);
  return `  ${domain.realm.padEnd(15)} / ${domain.name.padEnd(20)}  ${count} entities`;
}

export type Hit = Omit<SearchResult, 'content'>;

export interface HitLayout {
  readonly charactersMax: number;
  readonly bold: (text: string) => string;
}

/** One result: a heading, where it is, its text from the passage that matched. */
export function hitLines(hit: Hit, rank: number, layout: HitLayout): string {
  const { charactersMax, bold } = layout;
  const distance = hit.distance === null ? '-' : hit.distance.toFixed(4);
  const file = hit.source_file === '' ? '' : ` ${printable(baseName(hit.source_file))}`;
  const heading = `--- Result ${String(rank)} (distance: ${distance}) ---`;
  // A match deep in a long text is shown from where it begins.
  const end = hit.passage?.end ?? 0;
  const start = end > charactersMax ? (hit.passage?.start ?? 0) : 0;
  const text =
    charactersMax === Infinity
      ? indented(hit.text).trimStart()
      : excerpt(hit.text, charactersMax, start);
  return [
    '',
    `${bold(heading)}${file} ${localTime(hit.created_at).slice(0, 10)}`,
    `  ID:   ${printable(hit.id)}`,
    `  Realm: ${hit.realm} / Domain: ${hit.domain}`,
    `  Text: ${text}`,
    ...(hit.explanation ? [`  Why:  ${numbers({ score: hit.score, ...hit.explanation })}`] : []),
  ].join('\n');
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

function numbers(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (typeof value === 'number') return `${name}=${String(Number(value.toFixed(4)))}`;
      if (typeof value !== 'object' || value === null) return `${name}=${String(value)}`;
      return `${name}={${numbers(value as Record<string, unknown>)}}`;
    })
    .join(' ');
}

export function factLine({ subject, predicate, object, realm, ...fact }: Fact): string {
  const triple = printable(`  ${subject} -- ${predicate} -- ${object}`);
  const where = realm === undefined ? '' : ` (in ${printable(realm)})`;
  const { valid_from: from, valid_to: to } = fact;
  if (from === null && to === null) return `${triple}${where}`;
  return `${triple} [${from ?? 'always'} -> ${to ?? 'now'}]${where}`;
}

const EVENT_CHARACTERS_MAX = 120;
/** Of a replica's id, as `alt undo` takes it too where no other begins so. */
const REPLICA_DIGITS = 8;

/** When, its name, what, who, and the beginning of what the event says. */
export function eventLine({ event, at, type, status, actor, data }: LogEntry): string {
  const name = type ?? '(unreadable)';
  const who = [actor.kind, actor.tool, actor.name].filter(Boolean).join(' ');
  const said = data === null ? status : excerpt(scalars(data), EVENT_CHARACTERS_MAX);
  const [replica = '', seq = ''] = event.split(':');
  const short = `${replica.slice(0, REPLICA_DIGITS)}:${seq}`;
  const head = `${localTime(at)}  ${short.padEnd(13)}  ${name.padEnd(16)}  ${who.padEnd(12)}`;
  return printable(`${head}  ${said}`);
}

function scalars(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  return Object.entries(data)
    .filter(([, value]) => typeof value !== 'object' && value !== '')
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
}
