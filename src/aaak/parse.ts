/** Reading an entry into its parts. Takes any text: what has no known form is text. */
import type { Codebook } from './codebook.js';
import { readLegend } from './codebook.js';
import { isCodeShaped } from './codes.js';
import {
  readFields,
  type Claim,
  type Field,
  type ParsedGroup,
  type ParsedRelation,
} from './fields.js';
import { CODE_IN_TEXT, fieldsOf, hasIndexLine, isAaak, isMarkedField } from './grammar.js';
import { decodeIndex, type IndexHeader, type Tunnel, type Zettel } from './index-form.js';

export interface ParsedCode {
  /** Null for a name that is written out. */
  readonly code: string | null;
  /** Null where no codebook knows it. */
  readonly name: string | null;
  /** What older texts say of it: `person`, `org` and the like. */
  readonly type: string | null;
}

export interface ParsedEntry {
  readonly raw: string;
  /** `entry`, `file` (the index form), `plain` text that is no AAAK, `empty`. */
  readonly kind: 'entry' | 'file' | 'plain' | 'empty';
  readonly session: boolean;
  readonly date: string | null;
  /** `FAM`, `PROJ`, `⚠` or `PATTERN`. */
  readonly category: string | null;
  readonly entities: readonly ParsedCode[];
  readonly relationships: readonly ParsedRelation[];
  readonly groups: readonly ParsedGroup[];
  /** By code, as written. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Codes. */
  readonly emotions: readonly string[];
  /** The first emotion, or the stars of an older text's mood. */
  readonly emotion: string | null;
  readonly flags: readonly string[];
  /** 1–5 stars. */
  readonly importance: number | null;
  /** How many parts compression left out. */
  readonly omitted: number;
  /** Ids of memories, with `@revision` where one is named. */
  readonly refs: readonly string[];
  readonly text: readonly string[];
  readonly header: IndexHeader | null;
  /** The emotions of an index file, in order. */
  readonly arc: readonly string[];
  readonly zettels: readonly Zettel[];
  readonly tunnels: readonly Tunnel[];
  /** Whether it is AAAK. */
  readonly valid: boolean;
}

export interface ParseOptions {
  readonly codebook?: Codebook | undefined;
}

/** Whether a text is AAAK: it opens like an entry, or a field of it can be nothing else. */
export function aaakValidate(text: string): boolean {
  const trimmed = text.trim();
  if (isAaak(trimmed)) return true;
  const lines = trimmed.split('\n').filter((line) => readLegend(line) === undefined);
  return lines
    .flatMap(fieldsOf)
    .some((field) => isMarkedField(field.replace(/\.\.\.$/, '').trim()));
}

/** Parses any text. Never throws; every key is always there. */
export function aaakParseEntry(text: string, options: ParseOptions = {}): ParsedEntry {
  const raw = text;
  if (text.trim() === '') return { ...NOTHING, raw };
  if (!aaakValidate(text)) return { ...NOTHING, raw, kind: 'plain', text: [text] };
  const legend = new Map<string, string>();
  const entries = text.split('\n').filter((line) => {
    const read = readLegend(line);
    for (const [code, name] of read ?? []) legend.set(code, name);
    return !read;
  });
  const nameOf = (code: string): string | undefined => {
    return legend.get(code) ?? options.codebook?.nameOf(code);
  };
  const reading = new Reading(nameOf, (name) => options.codebook?.codeOf(name));
  if (hasIndexLine(text)) return { ...NOTHING, raw, ...reading.file(entries) };
  for (const { category, field } of entries.flatMap(readFields)) reading.add(category, field);
  return { ...NOTHING, raw, ...reading.entry() };
}

const NOTHING: ParsedEntry = {
  raw: '',
  kind: 'empty',
  session: false,
  date: null,
  category: null,
  entities: [],
  relationships: [],
  groups: [],
  attributes: {},
  emotions: [],
  emotion: null,
  flags: [],
  importance: null,
  omitted: 0,
  refs: [],
  text: [],
  header: null,
  arc: [],
  zettels: [],
  tunnels: [],
  valid: false,
};

/** An entry as it is read, field by field. */
class Reading {
  readonly #nameOf: (code: string) => string | undefined;
  readonly #codeOf: (name: string) => string | undefined;
  readonly #entities = new Map<string, ParsedCode>();
  readonly #attributes = new Map<string, readonly string[]>();
  readonly #relationships: ParsedRelation[] = [];
  readonly #groups: ParsedGroup[] = [];
  readonly #emotions: string[] = [];
  readonly #flags: string[] = [];
  readonly #refs: string[] = [];
  readonly #text: string[] = [];
  #session = false;
  #date: string | null = null;
  #category: string | null = null;
  #mood: string | null = null;
  #importance: number | null = null;
  #omitted = 0;

  constructor(
    nameOf: (code: string) => string | undefined,
    codeOf: (name: string) => string | undefined,
  ) {
    this.#nameOf = nameOf;
    this.#codeOf = codeOf;
  }

  add(category: string | undefined, field: Field): void {
    this.#category ??= category ?? null;
    if (!this.#addMark(field)) this.#addBody(field);
  }

  /** When it was and how much it matters. @returns whether the field is that. */
  #addMark(field: Field): boolean {
    if (field.kind === 'session') this.#session = true;
    if (field.kind === 'session' || field.kind === 'date') this.#date ??= field.date;
    else if (field.kind === 'stars') this.#importance ??= field.count;
    else if (field.kind === 'mood') this.#mood ??= field.stars;
    else return false;
    return true;
  }

  #addBody(field: Field): void {
    if (field.kind === 'ref') this.#refs.push(field.ref);
    else if (field.kind === 'omitted') this.#omitted += field.count;
    else if (field.kind === 'emotions') this.#emotions.push(...field.names);
    else if (field.kind === 'flags') this.#flags.push(...field.names);
    else if (field.kind === 'legacy') this.#addName(field.name, field.type);
    else if (field.kind === 'group') this.#addGroup(field.group, field.attributes);
    else if (field.kind === 'claims') for (const claim of field.claims) this.#addClaim(claim);
    else if (field.kind === 'text') this.#addText(field.text);
  }

  #addText(text: string): void {
    this.#text.push(text);
    for (const [code] of text.matchAll(CODE_IN_TEXT)) {
      if (this.#nameOf(code) !== undefined) this.#addCode(code);
    }
  }

  entry(): Partial<ParsedEntry> {
    const emotions = [...new Set(this.#emotions)].slice(0, 3);
    return {
      kind: 'entry',
      session: this.#session,
      date: this.#date,
      category: this.#category,
      entities: [...this.#entities.values()],
      relationships: this.#relationships,
      groups: this.#groups,
      attributes: Object.fromEntries(this.#attributes),
      emotions,
      emotion: emotions[0] ?? this.#mood,
      flags: [...new Set(this.#flags)],
      importance: this.#importance,
      omitted: this.#omitted,
      refs: this.#refs,
      text: this.#text,
      valid: true,
    };
  }

  file(lines: readonly string[]): Partial<ParsedEntry> {
    const { header, arc, zettels, tunnels } = decodeIndex(lines.join('\n'));
    for (const { codes } of zettels) for (const code of codes) this.#addCode(code);
    const entities = [...this.#entities.values()];
    return { kind: 'file', entities, header, arc, zettels, tunnels, valid: true };
  }

  #addCode(code: string): void {
    if (!isCodeShaped(code) || this.#entities.has(code)) return;
    this.#entities.set(code, { code, name: this.#nameOf(code) ?? null, type: null });
  }

  /** A name that an older text writes out; the key cannot be a code. */
  #addName(name: string, type: string): void {
    const code = this.#codeOf(name) ?? null;
    this.#entities.set(`${type}:${name}`, { code, name, type });
  }

  #addGroup(group: ParsedGroup, attributes: ReadonlyMap<string, readonly string[]>): void {
    this.#groups.push(group);
    for (const code of [...(group.owner === null ? [] : [group.owner]), ...group.members]) {
      this.#addCode(code);
    }
    for (const [code, said] of attributes) this.#attributes.set(code, said);
  }

  #addClaim(claim: Claim): void {
    if (claim.kind === 'attributes') {
      this.#addCode(claim.code);
      this.#attributes.set(claim.code, claim.attributes);
      return;
    }
    const { source, target, label } = claim;
    this.#relationships.push({ source, target, label });
    this.#addCode(source);
    this.#addCode(target);
  }
}
