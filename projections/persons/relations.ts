/** The phrases between two persons that say how they relate. */

export interface Relation {
  /** In words; `loves` is written with a heart. */
  readonly label: string;
  /** Whether it makes a family. */
  readonly isFamily: boolean;
}

const PHRASES: Readonly<Record<string, readonly string[]>> = {
  loves: ['love', 'loves', 'loved', 'adores', 'adored', 'is in love with'],
  married: ['', 'is ', 'was ', 'got ', 'are '].flatMap((verb) => [
    `${verb}married`,
    `${verb}married to`,
  ]),
  dating: ['dating', 'is dating', 'was dating'],
  manages: ['manages', 'managed'],
  'reports to': ['reports to', 'reported to'],
  mentors: ['mentors', 'mentored'],
  'works with': ['works with', 'worked with'],
  knows: ['knows', 'knew'],
  hates: ['hate', 'hates', 'hated', 'dislike', 'dislikes', 'disliked'],
};
const FAMILY: ReadonlySet<string> = new Set(['loves', 'married', 'dating']);
const PHRASE_CHARACTERS_MAX = 40;

const RELATIONS: ReadonlyMap<string, Relation> = new Map(
  Object.entries(PHRASES).flatMap(([label, phrases]) => {
    return phrases.map((phrase) => [phrase, { label, isFamily: FAMILY.has(label) }] as const);
  }),
);

/** The relation that the text between two names states, if it is exactly such a phrase. */
export function relationIn(between: string): Relation | undefined {
  const isSpaced = between.startsWith(' ') && between.endsWith(' ');
  if (!isSpaced || between.length > PHRASE_CHARACTERS_MAX) return undefined;
  return RELATIONS.get(
    between
      .trim()
      .replace(/[ \t]+/g, ' ')
      .toLowerCase(),
  );
}
