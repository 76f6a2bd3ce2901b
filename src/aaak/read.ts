/** From an entry to a sentence that reads by itself: names for codes, words for signs. */
import { readLegend, type Codebook } from './codebook.js';
import { emotionCode, emotionMeaning } from './emotions.js';
import { readFields, type Claim, type ParsedGroup, type ReadField } from './fields.js';
import { CODE_IN_TEXT, hasIndexLine } from './grammar.js';
import { decodeIndex, type Zettel } from './index-form.js';
import { aaakValidate } from './parse.js';

const CATEGORY_WORDS: Readonly<Record<string, string>> = {
  FAM: 'Family',
  PROJ: 'Project',
  '⚠': 'Warning',
  PATTERN: 'Pattern',
};

type NameOf = (code: string) => string | undefined;

/** A text that is no AAAK is its own reading; a blank one is ''. */
export function readable(text: string, codebook?: Codebook): string {
  if (!aaakValidate(text)) return text.trim() === '' ? '' : text;
  const legend = new Map<string, string>();
  const lines = text.split('\n').filter((line) => {
    const read = readLegend(line);
    for (const [code, name] of read ?? []) legend.set(code, name);
    return !read && line.trim() !== '';
  });
  const nameOf: NameOf = (code) => legend.get(code) ?? codebook?.nameOf(code);
  if (hasIndexLine(text)) {
    const { zettels } = decodeIndex(lines.join('\n'));
    return zettels.map((zettel) => readZettel(zettel, nameOf)).join('\n');
  }
  return lines.map((line) => readLine(readFields(line), nameOf)).join('\n');
}

function readLine(fields: readonly ReadField[], nameOf: NameOf): string {
  const isDotted = fields.some(({ category, field }) => {
    return field.kind === 'session' || category === 'PATTERN';
  });
  const parts = fields.flatMap(({ category, field }) => {
    const words = CATEGORY_WORDS[category ?? ''];
    const said = bodyWords({ category, field }, nameOf, isDotted);
    if (said === undefined || said === '') return [];
    return [{ isLegacy: field.kind === 'legacy', text: words ? `${words}: ${said}` : said }];
  });
  const body = parts.reduce((text, part, index) => {
    if (index === 0) return part.text;
    const isList = part.isLegacy && parts[index - 1]?.isLegacy === true;
    return text + (isList ? ', ' : '. ') + part.text;
  }, '');
  const opening = openingOf(fields);
  const tail = tailOf(fields);
  const told = opening === '' || body === '' ? opening + body : `${opening}: ${body}`;
  return [told, tail].filter((part) => part !== '').join(' ');
}

function openingOf(fields: readonly ReadField[]): string {
  for (const { field } of fields) {
    if (field.kind === 'session') return `Session ${field.date}`;
    if (field.kind === 'date') return field.date;
  }
  return '';
}

function bodyWords({ field }: ReadField, nameOf: NameOf, isDotted: boolean): string | undefined {
  if (field.kind === 'legacy') return field.name;
  if (field.kind === 'text') return textWords(field.text, nameOf, isDotted);
  if (field.kind === 'claims') {
    return field.claims.map((claim) => claimWords(claim, nameOf)).join(', ');
  }
  return field.kind === 'group' ? groupWords(field.group, field.attributes, nameOf) : undefined;
}

function textWords(text: string, nameOf: NameOf, isDotted: boolean): string {
  const plain = isDotted ? text.replace(/(?<=\p{Ll})\.(?=\p{Ll})/gu, ' ') : text;
  return plain.replace(CODE_IN_TEXT, (code) => nameOf(code) ?? code);
}

/** A word of a relation: a name, or words that dots keep together. */
function tokenWords(token: string, nameOf: NameOf): string {
  return nameOf(token) ?? undotted(token);
}

/** Dots between digits stay: versions and amounts. */
const undotted = (text: string): string =>
  text.replace(/(?<=[^\d\s.])\.(?=\S)|(?<=\d)\.(?=[^\d\s.])/g, ' ');

function claimWords(claim: Claim, nameOf: NameOf): string {
  if (claim.kind === 'attributes') return memberWords(claim.code, claim.attributes, nameOf);
  const { source, target, label } = claim;
  const words = label === '' ? '→' : label;
  return `${tokenWords(source, nameOf)} ${words} ${tokenWords(target, nameOf)}`;
}

function memberWords(
  code: string,
  attributes: readonly string[] | undefined,
  nameOf: NameOf,
): string {
  const name = tokenWords(code, nameOf);
  if (attributes === undefined || attributes.length === 0) return name;
  const said = attributes.map((attribute) => undotted(attribute).replaceAll('+', ' and '));
  return `${name} (${said.join(', ')})`;
}

function groupWords(
  { count, kind, owner, members }: ParsedGroup,
  attributes: ReadonlyMap<string, readonly string[]>,
  nameOf: NameOf,
): string {
  const counted = `${String(count)} ${undotted(kind)}`;
  const owned = owner === null ? counted : `${tokenWords(owner, nameOf)} has ${counted}`;
  if (members.length === 0) return owned;
  const named = members.map((code) => memberWords(code, attributes.get(code), nameOf));
  return `${owned}: ${named.join(', ')}`;
}

/** `[feeling joy; DECISION; importance 4/5; 3 parts omitted]`. */
function tailOf(fields: readonly ReadField[]): string {
  const said = fields.flatMap(({ field }) => {
    if (field.kind === 'emotions') {
      return [`feeling ${field.names.map((name) => emotionMeaning(emotionCode(name))).join(', ')}`];
    }
    if (field.kind === 'flags') return [field.names.join(', ')];
    if (field.kind === 'stars') return [`importance ${String(field.count)}/5`];
    if (field.kind !== 'omitted') return [];
    return [`${String(field.count)} ${field.count === 1 ? 'part' : 'parts'} omitted`];
  });
  // Importance comes before what is left out, wherever they were written.
  const isOmission = (part: string): boolean => part.endsWith(' omitted');
  const ordered = [...said.filter((part) => !isOmission(part)), ...said.filter(isOmission)];
  return ordered.length === 0 ? '' : `[${ordered.join('; ')}]`;
}

function readZettel(zettel: Zettel, nameOf: NameOf): string {
  const { codes, topics, quote, emotions, flags } = zettel;
  const who = codes.map((code) => nameOf(code) ?? code).join(', ');
  const what = topics.join(' ');
  const told = [who, what].filter((part) => part !== '').join(': ');
  const feeling = emotions.map(emotionMeaning).join(', ');
  const tail = [...(feeling === '' ? [] : [`feeling ${feeling}`]), ...flags].join('; ');
  return [told, quote === null ? '' : `"${quote}"`, tail === '' ? '' : `[${tail}]`]
    .filter((part) => part !== '')
    .join(' ');
}
