/** From plain text to an entry of the dialect. The same text and codebook give the same entry. */
import { AltError } from '../../events/index.js';
import { findPersons, KIN } from '../../projections/index.js';
import { clausesOf, type Clause } from './clauses.js';
import { Codebook, writeLegend } from './codebook.js';
import { fitEntry, type Parts } from './compose.js';
import { emotionsIn, flagsIn, lowerWords, sentenceScore, tellsOfProject, warns } from './detect.js';
import { isFlag } from './flags.js';
import { isAaak, writeRef } from './grammar.js';
import { lengthOf } from './length.js';
import { cutEntry } from './pass-through.js';
import { findStructure, type CodedPerson, type Structure } from './structure.js';
import { calendarDate, findDate, normalizeText } from './text.js';

export interface CompressOptions {
  /** The longest entry, in code points: 20–100,000; 500 when absent. */
  readonly maxLen?: number | undefined;
  /** 1–5 stars; counted from the text when absent. */
  readonly importance?: number | undefined;
  /** The id of the memory that the text is. */
  readonly ref?: string | undefined;
  /** Which revision of that memory; as it is now when absent. */
  readonly rev?: string | undefined;
  /** Whose codes are used and grow; a new one when absent. */
  readonly codebook?: Codebook | undefined;
  /** `YYYY-MM-DD` or a UTC time; the first one in the text when absent. */
  readonly date?: string | undefined;
  /** Flags that come first, such as SENSITIVE, which is never guessed. */
  readonly flags?: readonly string[] | undefined;
  /** Appends a line `K: ALC=Alice` with the codes that the entry uses, where it fits. */
  readonly legend?: boolean | undefined;
}

const MAX_LEN_DEFAULT = 500;
const MAX_LEN_LEAST = 20;
const MAX_LEN_MOST = 100_000;
const FLAGS_MAX = 3;

export interface Compressed {
  readonly aaak: string;
  /** The text was in the dialect already. */
  readonly isPassThrough: boolean;
  /** The names whose codes the entry may use. */
  readonly names: readonly string[];
}

/**
 * Compresses a text.
 *
 * @throws {AltError} INVALID_ARGUMENT for a length, importance, date or flag out of bounds.
 */
export function compress(text: string, options: CompressOptions = {}): Compressed {
  const max = checkMaxLen(options.maxLen);
  const importance = checkImportance(options.importance);
  const normal = normalizeText(text);
  if (normal === '') return { aaak: '', isPassThrough: true, names: [] };
  if (isAaak(normal)) {
    return { aaak: cutEntry(normal, max), isPassThrough: true, names: [] };
  }
  const codebook = options.codebook ?? new Codebook();
  const understood = partsOf(normal, codebook, options);
  const parts = { ...understood.parts, stars: importance ?? understood.parts.stars };
  const names = [...new Set(understood.persons.map(({ name }) => name))];
  const codes = [...new Set(understood.persons.map(({ code }) => code))];
  const legend = options.legend === true ? writeLegend(codebook, codes) : '';
  const room = max - lengthOf(legend) - 1;
  if (legend === '' || room < MAX_LEN_LEAST + lengthOf(parts.ref ?? '')) {
    return { aaak: fitEntry(parts, max), isPassThrough: false, names };
  }
  const entry = fitEntry(parts, room);
  const used = codes.filter((code) => entry.includes(code));
  return {
    aaak: [entry, writeLegend(codebook, used)].join('\n').trim(),
    isPassThrough: false,
    names,
  };
}

/** @throws {AltError} INVALID_ARGUMENT */
export function checkMaxLen(maxLen: number | undefined): number {
  if (maxLen === undefined) return MAX_LEN_DEFAULT;
  if (Number.isInteger(maxLen) && maxLen >= MAX_LEN_LEAST && maxLen <= MAX_LEN_MOST) return maxLen;
  throw new AltError('INVALID_ARGUMENT', 'max_len must be an integer between 20 and 100000.');
}

function checkImportance(importance: number | undefined): number | undefined {
  if (importance === undefined) return undefined;
  if (Number.isInteger(importance) && importance >= 1 && importance <= 5) return importance;
  throw new AltError('INVALID_ARGUMENT', 'importance must be an integer from 1 to 5.');
}

interface Understood {
  readonly parts: Parts;
  readonly persons: readonly CodedPerson[];
}

function partsOf(text: string, codebook: Codebook, options: CompressOptions): Understood {
  const dated = options.date === undefined ? findDate(text) : undefined;
  // The date leaves a hole, so that what stands before and after does not become one.
  const rest = dated ? text.slice(0, dated.start) + text.slice(dated.end) : text;
  const persons = codedPersons(rest, codebook);
  const structure = findStructure(rest, persons);
  const { relations, groups, attributes, consumed } = structure;
  const spans = [...consumed, ...persons].sort((a, b) => a.start - b.start);
  const words = lowerWords(rest, spans);
  const emotions = emotionsIn(words);
  const flags = flagsOf(words, options.flags ?? []);
  const isFamily = isFamilyText(rest, persons, structure);
  const date = options.date === undefined ? dated?.date : checkDate(options.date);
  const category = categoryOf(rest, isFamily);
  const count = 2 + Number(isFamily) + Number(structure.isLove || emotions.length > 0);
  const weight = Number(flags.some((flag) => flag !== 'TECHNICAL')) + Number(category === '⚠');
  const parts: Parts = {
    date,
    category,
    relations,
    groups,
    attributes,
    clauses: clausesOf(rest, persons, consumed),
    emotions,
    flags,
    stars: Math.min(count + weight, 5),
    ref: options.ref === undefined ? undefined : writeRef(options.ref, options.rev),
  };
  return { parts: isEmpty(parts) ? { ...parts, clauses: [wholeClause(text)] } : parts, persons };
}

function codedPersons(text: string, codebook: Codebook): CodedPerson[] {
  return findPersons(text, codebook).flatMap((person) => {
    const code = codebook.codeFor(person.name);
    return code === undefined ? [] : [{ ...person, code }];
  });
}

function flagsOf(words: readonly string[], said: readonly string[]): string[] {
  const unknown = said.find((flag) => !isFlag(flag));
  if (unknown !== undefined) {
    throw new AltError('INVALID_ARGUMENT', `There is no flag '${unknown}'.`);
  }
  return [...new Set([...said, ...flagsIn(words)])].slice(0, FLAGS_MAX);
}

function isFamilyText(
  text: string,
  persons: readonly CodedPerson[],
  { isFamily }: Structure,
): boolean {
  return persons.length > 0 && (isFamily || lowerWords(text).some((word) => KIN.has(word)));
}

function categoryOf(text: string, isFamily: boolean): string | undefined {
  if (warns(text)) return '⚠';
  if (isFamily) return 'FAM';
  return tellsOfProject(text) ? 'PROJ' : undefined;
}

function checkDate(text: string): string {
  const date = calendarDate(text);
  if (date !== undefined) return date;
  throw new AltError('INVALID_ARGUMENT', `'${text.slice(0, 40)}' is no date.`, {
    hint: 'Dates are YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, and exist in the calendar.',
  });
}

function isEmpty({ date, relations, groups, attributes, clauses }: Parts): boolean {
  return (
    date === undefined && ![relations, groups, attributes, clauses].some(({ length }) => length)
  );
}

/** A text of which nothing was found is its own clause. */
function wholeClause(text: string): Clause {
  const whole = text.replace(/\s+/g, ' ').replaceAll('|', '¦');
  return { text: whole, score: sentenceScore(whole, { warnings: true }) };
}
