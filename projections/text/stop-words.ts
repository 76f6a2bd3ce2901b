/**
 * English function words that a question is asked without.
 *
 * They carry no subject: half of all passages hold them, so they cost postings and blur the
 * measure of how much of a question a text answers. They are dropped from questions only, never
 * from the index, so a question made of nothing else still finds its text. Words that are also
 * names or nouns (will, may, us, won) are left in; common ones weigh little anyway.
 */
export const STOP_WORDS: readonly string[] = (
  'a an the this that these those ' +
  'i me my mine myself you your yours yourself he him his himself she her hers herself ' +
  'it its itself we our ours ourselves they them their theirs themselves ' +
  'who whom whose which what when where why how ' +
  'am is are was were be been being do does did doing done have has had having ' +
  'can could would should shall might must ' +
  'and or but nor if then than so because as while until ' +
  'of at by for with about against between into through during before after ' +
  'to from in on off over under up down out above below ' +
  'again further once here there all any both each few more most other some such ' +
  'no not only own same too very just also ever ' +
  's t d ll m re ve don didn doesn isn wasn aren weren couldn wouldn shouldn hasn haven hadn'
).split(' ');
