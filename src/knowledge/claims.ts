/** Claims of the form `X is Y's role` and `Y's role is X` in a text. */

export interface Claim {
  readonly subject: string;
  /** The role: 3–20 lower-case letters. */
  readonly predicate: string;
  readonly object: string;
}

/** Of scripts that have no capitals, any word may be a name. */
const WORD = String.raw`[\p{Lu}\p{Lo}][\p{L}\p{M}\p{N}_-]+`;
const NAME = String.raw`${WORD}(?: ${WORD}){0,2}`;
const ROLE = String.raw`\p{Ll}{3,20}`;
/** Not within a word. Hyphens join words: from each of a long chain all would be tried anew. */
const START = String.raw`(?=[\p{Lu}\p{Lo}])(?<![\p{L}\p{M}\p{N}_]-*)`;
const END = String.raw`(?![\p{L}\p{M}\p{N}_])`;

const SUBJECT_FIRST = new RegExp(
  String.raw`${START}(?<subject>${NAME}) is (?<object>${NAME})['’]s (?<role>${ROLE})${END}`,
  'gu',
);
const OBJECT_FIRST = new RegExp(
  String.raw`${START}(?<object>${NAME})['’]s (?<role>${ROLE}) is (?<subject>${NAME})${END}`,
  'gu',
);

/**
 * All claims of a text, in order, each once. Of a run of capitalised words that holds a known name
 * (`Yesterday Ana`), the known name is meant.
 */
export function findClaims(text: string, isKnown: (name: string) => boolean): Claim[] {
  const matches = [...text.matchAll(SUBJECT_FIRST), ...text.matchAll(OBJECT_FIRST)];
  matches.sort((a, b) => a.index - b.index);
  const claims = new Map<string, Claim>();
  for (const { groups = {} } of matches) {
    const claim = {
      subject: meant(groups.subject ?? '', isKnown),
      predicate: groups.role ?? '',
      object: meant(groups.object ?? '', isKnown),
    };
    claims.set(Object.values(claim).join('\0'), claim);
  }
  return [...claims.values()];
}

/** The longest known name within a run of words; the run where there is none. */
function meant(run: string, isKnown: (name: string) => boolean): string {
  const words = run.split(' ');
  for (let count = words.length; count > 0; count -= 1) {
    for (let start = words.length - count; start >= 0; start -= 1) {
      const name = words.slice(start, start + count).join(' ');
      if (isKnown(name)) return name;
    }
  }
  return run;
}
