/**
 * Names in a text, by what stands around them, with how sure that is. Says little: a name that is
 * taken for granted wrongly stays in the graph, one that is missed is met again.
 */

export interface DetectedName {
  readonly name: string;
  readonly type: 'person' | 'organization' | 'project';
  /** 0–1. */
  readonly confidence: number;
}

/** Of few parts: a long chain of them is no name, and would be tried anew from each part. */
const WORD = String.raw`\p{Lu}[\p{Ll}\p{M}]+(?:[-’']\p{Lu}[\p{Ll}\p{M}]+){0,3}`;
const NAME = String.raw`${WORD}(?: ${WORD}){0,2}`;
const START = String.raw`(?<![\p{L}\p{M}\p{N}_])`;
const END = String.raw`(?![\p{L}\p{M}\p{N}_])`;
const TITLES = 'Mr|Ms|Mrs|Mx|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Captain|President|Chief';
const GREETINGS = 'Hey|Thanks|Hi|Dear|hey|thanks|hi|dear';
const VERBS =
  'said|asked|told|replied|laughed|smiled|cried|felt|thinks?|wants?|loves?|hates?|knows?|' +
  'decided|wrote|writes|says|met';

interface Pattern extends Omit<DetectedName, 'name'> {
  readonly pattern: RegExp;
}

const PATTERNS: readonly Pattern[] = [
  {
    pattern: new RegExp(String.raw`${START}(?:${TITLES})\.? (${NAME})${END}`, 'gu'),
    ...{ type: 'person', confidence: 0.9 },
  },
  {
    pattern: new RegExp(String.raw`${START}(${NAME}) (?:${VERBS})${END}`, 'gu'),
    ...{ type: 'person', confidence: 0.8 },
  },
  {
    pattern: new RegExp(String.raw`${START}(?:${GREETINGS}),? (${NAME})${END}`, 'gu'),

    ...{ type: 'person', confidence: 0.8 },
  },
  {
    pattern: new RegExp(String.raw`${START}(\p{Lu}\p{Ll}+(?:\p{Lu}\p{Ll}+)+)${END}`, 'gu'),
    ...{ type: 'project', confidence: 0.7 },
  },
  {
    pattern: new RegExp(String.raw`${START}(${WORD}(?: ${WORD}){2,3})${END}`, 'gu'),
    ...{ type: 'organization', confidence: 0.7 },
  },
];

/** Words that begin sentences and are part of no name. */
const NO_NAMES: ReadonlySet<string> = new Set(
  (
    'The A An This That These Those I You He She It We They My Your His Her Its Our Their Who ' +
    'What When Where Why How Which And But Or If Then So Because However Although Yes No Maybe ' +
    'Okay Hey Hi Dear Thanks Hello Please In On At By For ' +
    'From To With Of After Before Since Until ' +
    'Today Tomorrow Yesterday Monday Tuesday Wednesday Thursday Friday Saturday Sunday January ' +
    'February March April May June July August September October November December User ' +
    'Assistant System Human Note Warning Error Info Debug Everyone Someone Nobody Somebody One'
  ).split(' '),
);

/** How sure one must be of a name for the knowledge graph. */
export const CONFIDENCE_MIN = 0.7;
/** Names beyond are left: a text that long is mined. */
const NAMES_MAX = 500;

/** The names of a text, the surest guess for each, in the order in which they appear. */
export function detectNames(text: string): DetectedName[] {
  const found = new Map<string, DetectedName & { readonly at: number }>();
  for (const { pattern, type, confidence } of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const name = withoutLead(match[1] ?? '');
      const before = found.get(name.toLowerCase());
      if (name === '' || (before && before.confidence >= confidence)) continue;
      if (isLeftover(match[1] ?? '', name, type)) continue;
      found.set(name.toLowerCase(), { name, type, confidence, at: match.index });
    }
  }
  const inOrder = [...found.values()].sort((a, b) => a.at - b.at).slice(0, NAMES_MAX);
  return inOrder.map(({ name, type, confidence }) => ({ name, type, confidence }));
}

/** Of `However Alice Johnson`, the name. */
function withoutLead(run: string): string {
  const words = run.split(' ');
  while (words[0] !== undefined && NO_NAMES.has(words[0])) words.shift();
  return words.join(' ');
}

/** What is left of a long run is no long run any more. */
const isLeftover = (run: string, name: string, type: DetectedName['type']): boolean =>
  type === 'organization' && name !== run && name.split(' ').length < 3;
