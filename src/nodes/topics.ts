/** What a text says it is about: what was done, its headings, what was said in quotes. */

const ACTIONS =
  'built|fixed|wrote|added|pushed|tested|created|decided|migrated|reviewed|deployed|configured|' +
  'removed|updated';
const ACTION = new RegExp(
  `(?<![\\p{L}\\p{M}\\p{N}_])(?:${ACTIONS}) [\\p{L}\\p{M}\\p{N}_ \\t]{3,40}`,
  'giu',
);
/** Less than this after the verb says nothing. */
const OBJECT_CHARACTERS_MIN = 3;
const HEADING = /^#{1,3}[ \t]+(\S.*)$/gmu;
/** A longer line is no heading, whatever closes it. */
const HEADING_LINE_MAX = 200;
const HEADING_CHARACTERS = { min: 5, max: 60 };
const FENCE = /^ {0,3}(`{3,}|~{3,})[\s\S]*?(?:^ {0,3}\1[`~]*[ \t]*$|$(?![\s\S]))/gm;
const QUOTE_CHARACTERS = { min: 15, max: 150 };
const WORD = /[\p{L}\p{M}\p{N}_]/u;

const isWithin = (text: string, bounds: { readonly min: number; readonly max: number }): boolean =>
  text.length >= bounds.min && text.length <= bounds.max;

/** Phrases of something done, lower case, in order: `decided to use sqlite`. */
export function actionPhrases(text: string): string[] {
  return [...text.matchAll(ACTION)].flatMap(({ 0: phrase, index }) => {
    const next = text.charAt(index + phrase.length);
    const whole = WORD.test(next) ? phrase.replace(/\S*$/u, '') : phrase;
    const clean = squeeze(whole).toLowerCase();
    const object = clean.slice(clean.indexOf(' ') + 1);
    return object !== clean && object.length >= OBJECT_CHARACTERS_MIN ? [clean] : [];
  });
}

/** Markdown headings of the first three levels, lower case, in order; none of fenced code. */
export function headings(text: string): string[] {
  const prose = text.includes('```') || text.includes('~~~') ? text.replace(FENCE, '') : text;
  const lines = [...prose.matchAll(HEADING)].map(([, heading = '']) => heading);
  return lines
    .filter((line) => line.length <= HEADING_LINE_MAX)
    .map((line) => squeeze(line.replace(/\s#+\s*$/u, '')))
    .filter((heading) => isWithin(heading, HEADING_CHARACTERS))
    .map((heading) => heading.toLowerCase());
}

/** What stands in double quotes within one paragraph, with straight quotes around it. */
export function quotes(text: string): string[] {
  return text.split(/\n\s*\n/u).flatMap((paragraph) => {
    // Every second piece is within quotes; the last one may lack its closing quote.
    const pieces = paragraph.split('"').slice(0, -1);
    const straight = pieces.filter((_, index) => index % 2 === 1);
    const curly = [...paragraph.matchAll(/“([^“”]*)”/gu)].map(([, inner = '']) => inner);
    return [...straight, ...curly]
      .map(squeeze)
      .filter((quote) => isWithin(quote, QUOTE_CHARACTERS))
      .map((quote) => `"${quote}"`);
  });
}

export function squeeze(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
