/** The codes of emotions, what they stand for, and the words that tell of them. */

/** What each code means, as a person would say it. */
const EMOTIONS: Readonly<Record<string, string>> = {
  vul: 'vulnerability',
  joy: 'joy',
  fear: 'fear',
  trust: 'trust',
  grief: 'grief',
  wonder: 'wonder',
  rage: 'rage',
  love: 'love',
  hope: 'hope',
  despair: 'despair',
  peace: 'peace',
  relief: 'relief',
  humor: 'humor',
  tender: 'tenderness',
  raw: 'raw honesty',
  doubt: 'self-doubt',
  anx: 'anxiety',
  exhaust: 'exhaustion',
  convict: 'conviction',
  passion: 'quiet passion',
  warmth: 'warmth',
  curious: 'curiosity',
  grat: 'gratitude',
  frust: 'frustration',
  confuse: 'confusion',
  satis: 'satisfaction',
  excite: 'excitement',
  determ: 'determination',
  surprise: 'surprise',
};

/** Other names under which people write them, as a marker or in an index. */
const SYNONYMS: Readonly<Record<string, string>> = {
  vulnerable: 'vul',
  joyful: 'joy',
  mild_fear: 'fear',
  trust_building: 'trust',
  raw_grief: 'grief',
  philosophical_wonder: 'wonder',
  anger: 'rage',
  devotion: 'love',
  hopelessness: 'despair',
  dark_humor: 'humor',
  brutal_honesty: 'raw',
  warm: 'joy',
  fierce: 'determ',
  bloom: 'tender',
};

const BY_MEANING = new Map(Object.entries(EMOTIONS).map(([code, meaning]) => [meaning, code]));

/** The code of an emotion by code, meaning or synonym; of an unknown one the first 4 letters. */
export function emotionCode(name: string): string {
  const plain = name.trim().toLowerCase();
  if (Object.hasOwn(EMOTIONS, plain)) return plain;
  const spaced = plain.replace(/[_.\s]+/g, ' ');
  const known = BY_MEANING.get(spaced) ?? BY_MEANING.get(spaced.replaceAll(' ', '-'));
  if (known !== undefined) return known;
  const joined = spaced.replaceAll(' ', '_');
  if (Object.hasOwn(SYNONYMS, joined)) return SYNONYMS[joined] ?? joined;
  return Array.from(plain.replace(/[^\p{L}\p{M}]/gu, ''))
    .slice(0, 4)
    .join('');
}

/** What a code stands for; the code itself where nobody knows it. */
export function emotionMeaning(code: string): string {
  return Object.hasOwn(EMOTIONS, code) ? (EMOTIONS[code] ?? code) : code;
}

/** Words that tell of an emotion, by its code. */
const WORDS: Readonly<Record<string, string>> = {
  determ: 'decided determination',
  convict: 'prefer prefers preferred conviction',
  anx: 'worried anxious concern concerns concerned',
  excite: 'excited excitement',
  frust: 'frustrated frustration',
  confuse: 'confused confusion',
  love: 'love loves loved',
  rage: 'hate hates hated',
  hope: 'hope hopes hoped hoping',
  fear: 'fear fears',
  trust: 'trust trusts',
  joy: 'happy',
  grief: 'sad disappointed disappointing disappointment',
  surprise: 'surprised',
  grat: 'grateful gratitude',
  curious: 'curious curiosity',
  wonder: 'wonder wonders',
  relief: 'relieved',
  satis: 'satisfied satisfying satisfaction',
};

export const EMOTION_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries(WORDS).flatMap(([code, words]) => {
    return words.split(' ').map((word) => [word, code] as const);
  }),
);
