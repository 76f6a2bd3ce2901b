/** The flags of an entry, and the words by which those that may be guessed are found. */

/** What each flag says. */
const FLAGS: Readonly<Record<string, string>> = {
  ORIGIN: 'birth of something',
  CORE: 'belief or pillar of identity',
  SENSITIVE: 'handle with care',
  PIVOT: 'turning point',
  GENESIS: 'led to something that exists',
  DECISION: 'explicit choice',
  TECHNICAL: 'implementation detail',
};

/** SENSITIVE and GENESIS are not here: they are said, never guessed. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  DECISION: ['decided', 'chose', 'switched', 'migrated', 'replaced', 'instead of'],
  ORIGIN: ['founded', 'created', 'started', 'born', 'launched', 'first time'],
  CORE: ['core', 'fundamental', 'essential', 'principle', 'belief', 'never forget'],
  PIVOT: [...['turning point', 'changed everything', 'realized', 'breakthrough', 'epiphany']],
  TECHNICAL: [
    ...['api', 'database', 'architecture', 'deploy', 'deploys', 'deployed', 'infrastructure'],
    ...['algorithm', 'framework', 'server', 'config'],
  ],
};

/** Words and pairs of words, in lower case, with the flag that they raise. */
export const FLAG_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries(WORDS).flatMap(([flag, words]) => words.map((word) => [word, flag] as const)),
);

export const isFlag = (text: string): boolean => Object.hasOwn(FLAGS, text);
