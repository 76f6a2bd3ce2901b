/** Questions as people, programs and attackers type them: results or a clear refusal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWordCharacter } from '../../../projections/index.js';
import { AltError, Dimension, type SearchResult } from '../../../src/index.js';
import { runs } from '../../support/level.js';

const MODES = ['hybrid', 'vector', 'keyword'] as const;

interface Language {
  /** The name of a realm, as it is kept. */
  readonly realm: string;
  readonly domain: string;
  readonly text: string;
  /** Asks in a sentence. */
  readonly question: string;
  /** A word of the text. */
  readonly word: string;
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  ar: {
    realm: 'العمل',
    domain: 'اجتماعات_الفريق',
    text: 'اشترت ليلى قاربًا أزرق في ميناء الإسكندرية.',
    question: 'أين اشترت ليلى القارب؟',
    word: 'الإسكندرية',
  },
  de: {
    realm: 'büro',
    domain: 'größenänderung',
    text: 'Die Straßenbahn fährt über die Brücke zum Fußgängerüberweg.',
    question: 'Was fährt über die Brücke?',
    word: 'Fußgängerüberweg',
  },
  el: {
    realm: 'δουλειά',
    domain: 'σημειώσεις',
    text: 'Ο ψαράς επιστρέφει στο λιμάνι πριν από τη θύελλα.',
    question: 'Πότε επιστρέφει ο ψαράς;',
    word: 'θύελλα',
  },
  en: {
    realm: 'work',
    domain: 'notes',
    text: 'The lighthouse keeper paints the gallery every spring.',
    question: 'Who paints the gallery?',
    word: 'lighthouse',
  },
  es: {
    realm: 'señales',
    domain: 'año_nuevo',
    text: 'El pingüino aprendió a bailar en la montaña.',
    question: '¿Dónde aprendió a bailar el pingüino?',
    word: 'pingüino',
  },
  hi: {
    realm: 'हिन्दी',
    domain: 'टिप्पणियाँ',
    text: 'किसान ने नदी के किनारे आम का पेड़ लगाया।',
    question: 'किसान ने पेड़ कहाँ लगाया?',
    word: 'किनारे',
  },
  ru: {
    realm: 'работа',
    domain: 'заметки_ёлка',
    text: 'Часовщик починил башенные часы перед праздником.',
    question: 'Кто починил башенные часы?',
    word: 'Часовщик',
  },
  th: {
    realm: 'งาน',
    domain: 'บันทึก',
    text: 'ชาวประมงซ่อมเรือก่อนพายุจะมา',
    question: 'ใครซ่อมเรือ?',
    word: 'พายุ',
  },
  tr: {
    realm: 'istanbul',
    domain: 'çalışma',
    text: 'Kâtip ığdır yolunda şemsiyesini unuttu.',
    question: 'Kâtip şemsiyesini nerede unuttu?',
    word: 'şemsiyesini',
  },
  vi: {
    realm: 'công_việc',
    domain: 'ghi_chú',
    text: 'Người thợ mộc sửa chiếc thuyền gỗ bên bờ sông Hương.',
    question: 'Ai sửa chiếc thuyền gỗ?',
    word: 'thuyền',
  },
  zh: {
    realm: '工作',
    domain: '会议_记录',
    text: '钟表匠在节日前修好了塔楼的大钟。',
    question: '谁修好了塔楼的大钟？',
    word: '塔楼',
  },
  ja: {
    realm: '仕事',
    domain: 'メモ',
    text: '灯台守は毎年春にギャラリーを塗り直します。',
    question: 'ギャラリーを塗り直すのは誰ですか？',
    word: 'ギャラリー',
  },
  ko: {
    realm: '업무',
    domain: '회의_기록',
    text: '등대지기는 봄마다 전망대에서 난간을 칠한다.',
    question: '등대지기는 무엇을 칠하나요?',
    word: '전망대',
  },
};

/** Memories that hold what questions are made of. */
const ODD = {
  code: `user's src/auth.py uses C++ and a "quoted phrase" (see foo:bar) at 18.2 % * ^ {x} AND y`,
  emoji: 'Family 👨‍👩‍👧 at the 🏖️ beach with Ⅷ flags',
  stop: 'to be or not to be that is the question',
  cat: '我家的猫很可爱。',
};

let path: string;
let dimension: Dimension;

beforeAll(async () => {
  path = join(mkdtempSync(join(tmpdir(), 'alt-memory-questions-')), 'dimension');
  dimension = new Dimension({ path, embedder: 'numpy' });
  await dimension.init();
  for (const [entityId, { realm, domain, text }] of Object.entries(LANGUAGES)) {
    await dimension.addEntity(realm, domain, text, { entityId });
  }
  for (const [entityId, text] of Object.entries(ODD)) {
    await dimension.addEntity('odd', 'texts', text, { entityId });
  }
  await dimension.embedPending();
});

afterAll(async () => {
  await dimension.close();
  rmSync(join(path, '..'), { recursive: true, force: true });
});

/** Every result is one, whatever was asked. */
function expectSound(hits: readonly SearchResult[], question: string): void {
  const isSound = hits.every(({ id, text, score }) => {
    return id !== '' && text !== '' && Number.isFinite(score);
  });
  expect(isSound, JSON.stringify(question)).toBe(true);
}

async function expectAnswered(question: string): Promise<void> {
  for (const mode of MODES) {
    expectSound(await dimension.search(question, { mode, pendingBudgetMs: 0 }), question);
  }
}

const idsOf = async (question: string, mode: string, realm?: string): Promise<string[]> => {
  const hits = await dimension.search(question, { mode, realm, limit: 20 });
  return hits.map(({ id }) => id);
};

const PUNCTUATION = Array.from('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~');
const OPERATORS = ['AND', 'OR', 'NOT', 'NEAR', 'NEAR(', 'NEAR(a b, 5)', '^', '*', '(', ')', ':'];

describe('a question', () => {
  it('is answered with any punctuation mark alone, doubled, around and inside words', async () => {
    for (const mark of PUNCTUATION) {
      const forms = [mark, mark + mark, `${mark}keeper`, `keeper${mark}`, `kee${mark}per`];
      for (const form of [...forms, `the ${mark} keeper ${mark}${mark} paints`]) {
        await expectAnswered(form);
      }
      expect(await idsOf(`${mark}lighthouse${mark}`, 'keyword'), mark).toEqual(['en']);
      expect(await idsOf(`lighthouse ${mark} keeper`, 'keyword'), mark).toEqual(['en']);
      expect((await idsOf(`lighthouse${mark} ${mark}keeper`, 'hybrid'))[0], mark).toBe('en');
    }
  });

  it('is answered with operators in every position, balanced or not', async () => {
    const words = [...OPERATORS, '"', '""', '"keeper', 'keeper"', '-', '+', 'text:', '{text} :'];
    for (const first of words) {
      for (const second of [...words, 'keeper']) {
        for (const form of [
          `${first} ${second}`,
          `keeper ${first} ${second}`,
          `${first} keeper ${second} paints`,
          `${first}${second}`,
        ]) {
          expectSound(await dimension.search(form, { mode: 'keyword' }), form);
        }
      }
      await expectAnswered(`keeper ${first} paints`);
    }
    expect(await idsOf('keeper AND paints NOT soup', 'keyword')).toEqual(['en']);
    expect(await idsOf('zebra OR lighthouse', 'keyword')).toEqual(['en']);
    expect(await idsOf('"paints the gallery"', 'keyword')).toEqual(['en']);
    expect(await idsOf('"gallery the paints"', 'keyword')).toEqual([]);
  });

  it('is answered with emoji, controls, NUL, halves of pairs and other directions', async () => {
    const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code));
    const odd = [
      '👨‍👩‍👧',
      '🏖️',
      '🇩🇪',
      '\u200d',
      '\ufe0f',
      '\ud83d',
      '\udc00',
      '\ufffe',
      '\u202e',
      '\u2066',
      '\u061c',
    ];
    for (const piece of [...controls, ...odd, '\u007f', '\u0085', '\u2028', '\ufeff']) {
      await expectAnswered(piece);
      await expectAnswered(`kee${piece}per`);
      expect(await idsOf(`${piece} lighthouse ${piece}`, 'keyword'), JSON.stringify(piece)).toEqual(
        ['en'],
      );
    }
    expect((await idsOf('family 👨‍👩‍👧 beach', 'hybrid'))[0]).toBe('emoji');
    expect(await idsOf('🏖️ beach', 'keyword')).toEqual(['emoji']);
  });

  it('is answered when it is a letter, only stop words, or very long', async () => {
    for (const question of ['a', 'z', '1', 'é', 'ß', 'İ', 'ﬁ']) await expectAnswered(question);
    expect((await idsOf('to be or not to be', 'hybrid'))[0]).toBe('stop');
    expect(await idsOf('not that', 'keyword')).toEqual(['stop']);
    const longest = [
      'keeper '.repeat(1_428),
      'x'.repeat(10_000),
      '"'.repeat(10_000),
      '猫'.repeat(10_000),
    ];
    for (const question of [
      ...longest,
      '('.repeat(10_000),
      'a OR '.repeat(2_000),
      '- '.repeat(5_000),
    ]) {
      await expectAnswered(question);
    }
  }, 30_000);

  it('is refused beyond 10,000 characters, and finds nothing when blank', async () => {
    for (const mode of MODES) {
      const asked = dimension.search('x'.repeat(10_001), { mode });
      await expect(asked).rejects.toMatchObject({ code: 'TOO_LARGE' });
      for (const blank of ['', ' ', '\n\t\u3000']) expect(await idsOf(blank, mode)).toEqual([]);
    }
  });

  it('finds a text by one Chinese character or a Korean word without its ending', async () => {
    const found = await dimension.search('猫', { mode: 'hybrid', explain: true });
    expect(found[0]).toMatchObject({ id: 'cat', matched_via: 'both' });
    expect(found[0]?.bm25_score).toBeGreaterThan(0);
    expect(found[0]?.explanation?.terms).toEqual({ 猫: 1 });
    expect((await idsOf('钟', 'hybrid'))[0]).toBe('zh');
    expect((await idsOf('전망', 'hybrid'))[0]).toBe('ko');
    expect((await idsOf('猫', 'hybrid', '工作')).includes('cat')).toBe(false);
  });
});

describe.each(Object.entries(LANGUAGES))('in %s', (id, { realm, domain, text, question, word }) => {
  it('a question finds its text, alone and within its realm', async () => {
    for (const mode of ['hybrid', 'vector'] as const) {
      expect((await idsOf(question, mode))[0], mode).toBe(id);
      expect(await idsOf(question, mode, realm), mode).toEqual([id]);
    }
    expect(await idsOf(word, 'keyword')).toEqual([id]);
    expect((await idsOf(text, 'hybrid'))[0]).toBe(id);
  });

  it('names are kept, and found however they are typed', async () => {
    const entity = await dimension.getEntity(id);
    expect([entity?.realm, entity?.domain, entity?.content]).toEqual([realm, domain, text]);
    for (const typed of [` ${realm.normalize('NFD')} `, realm.toUpperCase()]) {
      if (typed.toLowerCase().normalize('NFC').trim() !== realm) continue;
      expect(await idsOf(word, 'keyword', typed), typed).toEqual([id]);
    }
    const spaced = await dimension.search(word, { domain: domain.replaceAll('_', ' ') });
    expect(spaced.map((hit) => hit.id)).toEqual([id]);
  });
});

const piece = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(...OPERATORS, ...PUNCTUATION, '\0', '\ud800', ' ', '\n'),
  },
  { weight: 2, arbitrary: fc.constantFrom('keeper', 'a', '猫', 'हि', '한', '🌡', 'é', 'İ', '18.2') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);
const fromPieces = fc.array(piece, { maxLength: 30 }).map((list) => list.join(''));
const spacedPieces = fc.array(piece, { maxLength: 30 }).map((list) => list.join(' '));

describe('whatever is asked', () => {
  it('gives results or an AltError, in every mode', async () => {
    const text = fc.oneof(
      fromPieces,
      spacedPieces,
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
    );
    const mode = fc.constantFrom(...MODES);
    await fc.assert(
      fc.asyncProperty(text, mode, async (question, by) => {
        try {
          const hits = await dimension.search(question, { mode: by, pendingBudgetMs: 0 });
          expectSound(hits, question);
        } catch (error) {
          if (!(error instanceof AltError)) throw error;
          expect(error.message).not.toMatch(/sqlite|fts5|syntax/i);
        }
      }),
      { numRuns: runs(1_000, 20_000) },
    );
  }, 600_000);

  it('finds a memory by every word of it, in keyword mode', async () => {
    const texts = [...Object.values(LANGUAGES).map(({ text }) => text), ...Object.values(ODD)];
    for (const text of texts) await expectEachWordFinds(text);
  });

  it('finds a new memory by every word of it that is no operator', async () => {
    const text = fc
      .oneof(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.string({ unit: 'binary' }),
        spacedPieces,
      )
      .filter((content) => content.trim() !== '' && !content.includes('\0'));
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const id = await dimension.addEntity('made', 'up', content);
        await expectEachWordFinds(content.toWellFormed());
        await dimension.deleteEntity(id);
      }),
      { numRuns: runs(100, 2_000) },
    );
  }, 600_000);
});

/** Runs of letters, marks and digits; marks alone are no word. */
function wordsOf(text: string): string[] {
  let words = '';
  for (const character of text.normalize('NFC')) {
    words += isWordCharacter(character.codePointAt(0) ?? 0) ? character : ' ';
  }
  return words.split(' ').filter((word) => {
    return /[\p{L}\p{N}\p{Co}]/u.test(word) && !OPERATORS.includes(word);
  });
}

async function expectEachWordFinds(text: string): Promise<void> {
  for (const word of wordsOf(text)) {
    const hits = await dimension.search(word, { mode: 'keyword', limit: 1_000 });
    const isFound = hits.some((hit) => hit.text === text);
    expect(isFound, JSON.stringify([word, text])).toBe(true);
  }
}
