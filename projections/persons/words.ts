/** The English words by which a sentence tells that a capitalised word is a person. */

const split = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
const setOf = (...texts: string[]): ReadonlySet<string> => new Set(texts.flatMap(split));

const NUMBER_WORDS = split('one two three four five six seven eight nine ten eleven twelve');

/** 1–999 as digits or one to twelve as a word; undefined for anything else. */
export function smallNumber(word: string): string | undefined {
  if (/^[0-9]{1,3}$/.test(word)) return String(Number(word));
  const index = NUMBER_WORDS.indexOf(word.toLowerCase());
  return index === -1 ? undefined : String(index + 1);
}

/** Those of whom one has a number. */
export const COUNTED_KIN = setOf(
  'kid kids child children son sons daughter daughters baby babies twins triplets grandkids',
  'grandchildren nephew nephews niece nieces brother brothers sister sisters siblings',
  'pet pets dog dogs cat cats',
);

/** Every word for family. */
export const KIN = new Set([
  ...COUNTED_KIN,
  ...split('family wife husband spouse mother mom mum father dad parent parents married wedding'),
  ...split('engaged aunt uncle cousin cousins grandmother grandfather grandma grandpa'),
]);

export const ROLES = setOf(
  'contributor developer engineer manager designer lead founder cofounder teacher doctor student',
  'friend colleague boss ceo cto cfo author maintainer owner writer artist nurse lawyer architect',
  'analyst consultant intern director researcher scientist professor accountant chef pilot',
  'musician',
);

export const TITLES = setOf(
  'mr ms mrs mx dr prof professor sir dame lord lady captain president chief sgt',
);

/** The only words that compression drops: grammar that carries no meaning of its own. */
export const DROPPED = setOf(
  'a an the of in on at for as and so than too very just also really actually basically literally',
  'quite rather somewhat slightly well then thus hence thereby into about',
  'is are was were be been being am have has had having do does did',
  'it its this that these those there here',
  'i me my we us our you your they them their which who whom whose what',
);

/** Past tenses that the rules below do not make. */
const IRREGULAR: Readonly<Record<string, string>> = {
  say: 'said',
  tell: 'told',
  go: 'went',
  come: 'came',
  think: 'thought',
  build: 'built',
  write: 'wrote',
  meet: 'met',
  run: 'ran',
  speak: 'spoke',
  show: 'showed',
  lead: 'led',
  know: 'knew',
  see: 'saw',
};

/** The word, its third person and its past. */
function inflected(verb: string): string[] {
  const isHissing = /(?:s|sh|ch|x|o)$/.test(verb);
  const stem = /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}i` : verb;
  const third = isHissing ? `${verb}es` : stem === verb ? `${verb}s` : `${stem}es`;
  return [verb, third, IRREGULAR[verb] ?? (stem.endsWith('e') ? `${stem}d` : `${stem}ed`)];
}

/** What people do: said of a capitalised word, it is a person. */
export const PERSON_VERBS: ReadonlySet<string> = new Set(
  [
    ...split('discuss say tell ask go come think believe want decide create build write work'),
    ...split('develop design implement explain suggest propose mention report announce confirm'),
    ...split(
      'agree promise offer respond reply recommend meet run walk speak talk listen show lead',
    ),
    ...split('manage start join move live like love adore hate know marry mentor visit'),
  ].flatMap(inflected),
);

/** What people do to people: after one, the object is a person as well. */
export const OBJECT_VERBS: ReadonlySet<string> = new Set(
  split(
    'meet tell ask see help join contact call invite introduce thank love adore marry hate know ' +
      'mentor manage',
  ).flatMap(inflected),
);

/** Capitalised words that are no person unless the user says so. */
export const NO_NAMES: ReadonlySet<string> = new Set([
  ...DROPPED,
  ...TITLES,
  ...ROLES,
  ...KIN,
  ...split('if because although while since after before when where why how all every each both'),
  ...split('some any no not yes hello hi thanks please always never now today tomorrow yesterday'),
  ...split('user login he she him her his hers'),
  ...split('monday tuesday wednesday thursday friday saturday sunday'),
  ...split('january february march april may june july august september october november december'),
  ...split('python javascript typescript rust golang java react vue angular svelte django flask'),
  ...split('fastapi docker kubernetes aws gcp azure git linux postgresql postgres mysql mongodb'),
  ...split(
    'redis sqlite faiss numpy pytorch tensorflow scipy pandas opencode claude chatgpt llama',
  ),
  ...split('mistral gemini copilot figma jira notion vscode neovim emacs webpack vite babel deno'),
  ...split('bun npm yarn pnpm pip conda terraform ansible jenkins github gitlab bitbucket jupyter'),
  ...split('keras opencv nginx apache caddy traefik kafka rabbitmq celery graphql rest grpc'),
  ...split('websocket oauth jwt safari chrome firefox windows macos'),
  // Sentences begin with these more often than people are called so.
  ...split('team people everyone everybody someone somebody nobody users customers clients'),
  ...split('engineers developers tests node project company management'),
]);
