/** Proper names, found by their capitals: what is written large twice and never small. */

const NAME = /(?<![\p{L}\p{M}\p{N}_])\p{Lu}[\p{L}\p{M}'’-]+(?: \p{Lu}[\p{L}\p{M}'’-]+){0,2}/gu;
const WORDS = /[\p{L}\p{M}]+/gu;
const SEEN_MIN = 2;

/** Written large for other reasons: weekdays, months, pronouns, questions, filler. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'monday tuesday wednesday thursday friday saturday sunday ' +
    'january february march april may june july august september october november december ' +
    'i me my mine you your yours he him his she her hers it its we us our ours they them their ' +
    'this that these those here there who whom whose what which when where why how ' +
    'a an the and or but nor if then than so because as while until since although though ' +
    'of at by for with about against between into through during before after above below to ' +
    'from in on off over under again once all any both each few more most other some such no ' +
    'not only own same too very just also even still yet now today tomorrow yesterday ' +
    'is are was were be been being am do does did done have has had can could will would shall ' +
    'should may might must let lets please thanks thank yes okay ok sure well hello hi hey ' +
    'maybe perhaps however therefore otherwise instead first second third next last finally ' +
    'note notes todo see use used using add added fix fixed make made get set run new old good ' +
    'one two three every everything nothing something someone everyone many much another ' +
    "don't can't won't isn't doesn't didn't i'm i've it's that's there's let's we're you're"
  ).split(' '),
);

const isStopWord = (word: string): boolean =>
  STOP_WORDS.has(word.toLowerCase().replaceAll('’', "'"));

/** The name without function words at its start and end; '' when nothing else is in it. */
function bare(run: string): string {
  const words = run.replace(/['’]s(?= |$)/gu, '').split(' ');
  while (words.length > 0 && isStopWord(words[0] ?? '')) words.shift();
  while (words.length > 0 && isStopWord(words.at(-1) ?? '')) words.pop();
  return words.join(' ');
}

export function namesIn(text: string): string[] {
  return [...text.matchAll(NAME)].map(([run]) => bare(run)).filter((name) => name.length > 1);
}

/** The names seen at least twice in the texts, the most frequent first. */
export function frequentNames(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  const small = new Set<string>();
  for (const text of texts) {
    for (const name of namesIn(text)) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const [word] of text.matchAll(WORDS)) if (word === word.toLowerCase()) small.add(word);
  }
  const frequent = [...counts].filter(([name, count]) => {
    return count >= SEEN_MIN && !small.has(name.toLowerCase());
  });
  frequent.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return frequent.map(([name]) => name);
}
