/**
 * Which capitalised words of a text are persons, by what the sentence says of them. English is
 * understood; of other languages only names that are known already are found.
 */
import { isShownAsPerson } from './context.js';
import { relationIn } from './relations.js';
import { Sentence } from './sentence.js';
import { NO_NAMES, OBJECT_VERBS } from './words.js';

export interface PersonMention {
  readonly start: number;
  /** Behind the name, before a possessive. */
  readonly end: number;
  readonly name: string;
}

/** What is known of names beforehand. */
export interface KnownNames {
  /** Whether this is the name of a person. */
  readonly isKnown: (name: string) => boolean;
  /** Whether the user said that it is none. */
  readonly isSkipped: (name: string) => boolean;
  /** Where known names stand that no rule of capitals finds, in order. */
  readonly others: (text: string) => readonly PersonMention[];
}

const NOTHING: KnownNames = {
  isKnown: () => false,
  isSkipped: () => false,
  others: () => [],
};

interface Candidate extends PersonMention {
  /** Its place among the words. */
  readonly at: number;
  /** Shown, known or concluded to be a person. */
  isPerson: boolean;
}

const NAME = /^(?=.*\p{Ll})\p{Lu}\p{Ll}*(?:['’-]\p{Lu}\p{Ll}+)*$/u;
const POSSESSIVE = /['’]s$/i;
const SENTENCE_END = /[.!?][ \t]|[;。！？；\n]/;
const LISTED = /^ ?(?:\([^()\n]*\))? ?(?:,|&|,? and |, ?&) ?$/i;

/** Every mention of a person, in order. */
export function findPersons(text: string, known: KnownNames = NOTHING): PersonMention[] {
  const sentence = new Sentence(text);
  const others = known.others(text);
  const candidates = candidatesIn(sentence, known, others);
  for (const candidate of candidates) {
    const { at, end, name } = candidate;
    candidate.isPerson = known.isKnown(name) || isShownAsPerson(sentence, at, end);
  }
  concludeFrom(sentence, candidates);
  const found = candidates.filter(({ isPerson }) => isPerson);
  return [...others, ...found]
    .map(({ start, end, name }) => ({ start, end, name }))
    .sort((a, b) => a.start - b.start);
}

function candidatesIn(
  { text, words }: Sentence,
  known: KnownNames,
  others: readonly PersonMention[],
): Candidate[] {
  const isTaken = (at: number): boolean => others.some(({ start, end }) => start <= at && at < end);
  return words.flatMap(({ start, end }, at) => {
    if (!isUpper(text, start)) return [];
    const name = text.slice(start, end).replace(POSSESSIVE, '');
    if (!NAME.test(name) || known.isSkipped(name) || isTaken(start)) return [];
    if (NO_NAMES.has(name.toLowerCase()) && !known.isKnown(name)) return [];
    return [{ start, end: start + name.length, name, at, isPerson: false }];
  });
}

/** A look that is quick for most texts; {@link NAME} has the last word. */
function isUpper(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit < 0x80 ? unit >= 0x41 && unit <= 0x5a : /^\p{Lu}/u.test(text.slice(at, at + 2));
}

const PASSES_MAX = 8;

/** From persons to persons, until nobody is added: a name that is one once is one throughout. */
function concludeFrom(sentence: Sentence, candidates: readonly Candidate[]): void {
  let before = -1;
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const names = new Set(candidates.flatMap(({ name, isPerson }) => (isPerson ? [name] : [])));
    for (const candidate of candidates) candidate.isPerson ||= names.has(candidate.name);
    spread(sentence.text, candidates);
    addObjects(sentence, candidates);
    const count = candidates.filter(({ isPerson }) => isPerson).length;
    if (count === 0 || count === before) return;
    before = count;
  }
}

/** Whether it parts the names of a list. Runs of blanks are one: ways to share them take time. */
const isList = (between: string): boolean => LISTED.test(between.replace(/[ \t]+/g, ' '));

/** Who is listed beside a person, or related to one, is a person too. */
function spread(text: string, candidates: readonly Candidate[]): void {
  const join = (left: Candidate | undefined, right: Candidate | undefined): void => {
    if (!left || !right || left.isPerson === right.isPerson) return;
    const between = text.slice(left.end, right.start);
    const isJoined = isList(between) || relationIn(between) !== undefined;
    left.isPerson ||= isJoined;
    right.isPerson ||= isJoined;
  };
  candidates.forEach((candidate, index) => {
    join(candidates[index - 1], candidate);
  });
  // The way back settles what the way there could not see.
  for (let index = candidates.length - 1; index > 0; index -= 1) {
    join(candidates[index - 1], candidates[index]);
  }
}

/** `Alice told Bob`: an object of what a person does, and whoever is listed beside it. */
function addObjects(sentence: Sentence, candidates: readonly Candidate[]): void {
  const { text } = sentence;
  let person: Candidate | undefined;
  let before: Candidate | undefined;
  for (const candidate of candidates) {
    candidate.isPerson ||= isObject(person, candidate) || isListed(before, candidate);
    if (candidate.isPerson) person = candidate;
    before = candidate;
  }

  function isObject(subject: Candidate | undefined, { at, start }: Candidate): boolean {
    if (!subject || !OBJECT_VERBS.has(sentence.before(at))) return false;
    return !SENTENCE_END.test(text.slice(subject.end, start));
  }

  function isListed(left: Candidate | undefined, { start }: Candidate): boolean {
    return left?.isPerson === true && isList(text.slice(left.end, start));
  }
}
