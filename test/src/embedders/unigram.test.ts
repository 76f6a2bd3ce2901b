/**
 * The tokenizer of our own against the library's, which stays the judge: same ids for any text.
 * The library gets the published tokenizer.json, which the packed vocabulary unpacks to.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPackedTokenizer, type Tokenize } from '../../../src/embedders/tokenizer.js';
import { unigramTokenizer } from '../../../src/embedders/unigram.js';
import { runs } from '../../support/level.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PACKAGE = join(ROOT, 'packages/multilingual-e5-small');
const VOCABULARY = join(PACKAGE, 'tokenizer.bin');
const XQUAD = join(process.env.ALT_BENCH_DATA ?? join(ROOT, '../shared/data'), 'xquad');
const NO_LIMIT = 1_000_000;

type Piece = readonly [text: string, score: number];

interface TokenizerJson {
  readonly model: { readonly vocab: readonly Piece[] };
}

interface Packer {
  pack(tokenizer: TokenizerJson): Uint8Array;
  unpack(bytes: Uint8Array): string;
}

interface Library {
  readonly Tokenizer: new (
    tokenizer: object,
    config: object,
  ) => { encode(text: string): { readonly ids: number[] } };
}

const TEXTS = {
  English: 'The cat sits on the mat, and nobody knows why (not even Anna).',
  German: 'Die Größe der Übergangsbücher überraschte Jörg; Straßenbahnhaltestelle!',
  French: 'Où est la clé de l’entrée ? Ça va, Noël à Besançon…',
  Vietnamese: 'Con mèo ngồi trên tấm thảm, ở giữa nhà.',
  Russian: 'Кошка сидит на коврике, и никто не знает почему.',
  Greek: 'Η γάτα κάθεται στο χαλί· γιατί;',
  Arabic: 'القطة تجلس على السجادة، ولا أحد يعرف السبب؟',
  Hebrew: 'החתול יושב על המחצלת, ואיש אינו יודע מדוע.',
  Hindi: 'बिल्ली चटाई पर बैठी है, और कोई नहीं जानता क्यों।',
  Tamil: 'பூனை பாயில் அமர்ந்திருக்கிறது.',
  Thai: 'แมวนั่งอยู่บนเสื่อ ไม่มีใครรู้ว่าทำไม',
  Georgian: 'კატა ხალიჩაზე ზის.',
  Amharic: 'ድመቷ ምንጣፉ ላይ ተቀምጣለች።',
  Chinese: '猫坐在垫子上，没有人知道为什么。数据库索引',
  Japanese: 'ネコはマットの上に座っている。ｶﾞｷﾞ ㍿ ①②③',
  Korean: '고양이가 매트 위에 앉아 있다. 한글',
  emoji: '😀🎉 👩‍👩‍👧‍👦 🇩🇪 ❤️ 👍🏽 1️⃣',
  code: 'const total = items.reduce((sum, item) => sum + item.price, 0); // \t€ 5\r\n\n  }',
  decomposed: 'cafe\u0301 nai\u0308ve A\u030Angstro\u0308m \u1112\u1161\u11ab q\u0323\u0307',
  compatible: 'ﬁle ² ½ ｆｕｌｌ ´ ¨ \u00a0 \u3000 \u2003 … ™ ℌ ﷺ',
  control: 'a\u0000b\u0001c\u0007d\u001be\u007ff\u0085g\u008fh\u009fi\u0080j',
  spaces: '  two  three   \t\t tab \u200b\u200d\u2028 zero \ufeff wide \u2581\u2581 mark ',
  unknown: '\u{13000}\u{13001} x \u{12000} \ue000\ue001 \u{10ffff} y',
  special: 'a <s> b </s><unk><pad>c <mask> ＜s＞ ＜unk＞\u{13000}<unk>\u{13000} <s',
  'special once normalised': '<s\uff1e',
  blank: ' ',
  empty: '',
  vanishing: '\u0001\u0002',
} as const;

let ours: Tokenize;
let library: Tokenize;
let Library: Library;
let packer: Packer;
let folder: string;

beforeAll(async () => {
  // Neither has types that resolve here.
  const script: unknown = await import(join(PACKAGE, 'packed-tokenizer.js'));
  const module: unknown = await import('@huggingface/tokenizers');
  packer = script as Packer;
  Library = module as Library;
  const json = packer.unpack(readFileSync(VOCABULARY));
  const tokenizer = new Library.Tokenizer(JSON.parse(json) as object, {});
  library = (text) => tokenizer.encode(text).ids;
  ours = await openPackedTokenizer(VOCABULARY, NO_LIMIT);
  folder = mkdtempSync(join(tmpdir(), 'alt-memory-unigram-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Ours and the library's for a vocabulary; its ids begin at 4. */
function tokenizersOf(vocabulary: readonly Piece[]): readonly [Tokenize, Tokenize] {
  const text = readFileSync(join(PACKAGE, 'tokenizer-settings.json'), 'utf8');
  const settings = JSON.parse(text) as { readonly model: object };
  const special = ['<s>', '<pad>', '</s>', '<unk>'].map((name): Piece => [name, 0]);
  const vocab = [...special, ...vocabulary];
  const tokenizer = { ...settings, model: { ...settings.model, vocab } };
  const judge = new Library.Tokenizer(tokenizer, {});
  const packed = unigramTokenizer(new Uint8Array(packer.pack(tokenizer)).buffer);
  return [packed, (each) => judge.encode(each).ids];
}

/** Texts of what the normalisation and the vocabulary treat in different ways. */
const mixedText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Object.values(TEXTS).flatMap((text) => text.split(/(?<= )/))),
      fc.constantFrom(' ', '  ', '\n', '\u2581', '\u0301', '\u200d', '\u0001', '\ufffd'),
      fc.constantFrom('<s>', '</s>', '<unk>', '<pad>', '<mask>', '＜', '＞', '<'),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('the packed vocabulary', () => {
  it('unpacks to the published tokenizer.json, byte by byte', () => {
    const json = packer.unpack(readFileSync(VOCABULARY));
    expect(createHash('sha256').update(json).digest('hex')).toBe(
      'e42a1984ec2d4f04ebd06e1954354dafe7d89fe7f3648d42d62d9f0e115378aa',
    );
  });

  // Packing takes seconds and is done once for each vocabulary.
  it.runIf(runs(0, 1) === 1)('is what its tokenizer.json packs to', () => {
    const bytes = readFileSync(VOCABULARY);
    const again = packer.pack(JSON.parse(packer.unpack(bytes)) as TokenizerJson);
    expect(bytes.equals(again)).toBe(true);
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, -2)],
    ['longer', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(2)])],
    ['of another kind', (bytes: Buffer) => Buffer.concat([Buffer.from('JSON'), bytes.subarray(4)])],
    ['empty', () => Buffer.alloc(0)],
  ])('is refused when it is %s', async (_, change) => {
    const path = join(folder, 'tokenizer.bin');
    writeFileSync(path, change(readFileSync(VOCABULARY)));
    await expect(openPackedTokenizer(path, 512)).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: 'The packed vocabulary is damaged or cut short.',
    });
  });
});

describe('the ids of a text', () => {
  it('are those of the pieces that the model was trained on', () => {
    expect(ours('The cat sits on the mat')).toEqual([0, 581, 7515, 1661, 7, 98, 70, 2589, 2]);
    expect(ours('')).toEqual([0, 2]);
    expect(ours(' ')).toEqual([0, 6, 2]);
  });

  it.each(Object.entries(TEXTS))('are those of the library: %s', (_, text) => {
    expect(ours(text)).toEqual(library(text));
    expect(ours(`passage: ${text}`)).toEqual(library(`passage: ${text}`));
  });

  it('are those of the library for any text', () => {
    fc.assert(
      fc.property(mixedText, (text) => {
        expect(ours(text)).toEqual(library(text.toWellFormed()));
      }),
      { numRuns: runs(1500, 50_000) },
    );
  });

  it('are those of the library for every character alone', () => {
    const step = runs(7, 1);
    for (let code = 0; code <= 0x2ffff; code += step) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const text = `a${String.fromCodePoint(code)}`;
      const [left, right] = [ours(text), library(text)];
      if (String(left) !== String(right)) expect({ code, ids: left }).toEqual({ code, ids: right });
    }
  });

  it('are those of the library for any vocabulary', () => {
    const unit = fc.constantFrom('a', 'b', '\u2581', '\u{13000}');
    const piece = fc.string({ unit, minLength: 1, maxLength: 4 });
    const score = fc.integer({ min: -20, max: -1 });
    const pieces = fc.uniqueArray(fc.tuple(piece, score), {
      selector: ([text]) => text,
      minLength: 4,
      maxLength: 40,
    });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\u{13000}', '\u{12000}') });
    fc.assert(
      fc.property(pieces, fc.array(text), (vocabulary, texts) => {
        const [packed, judge] = tokenizersOf(vocabulary);
        for (const each of texts) expect(packed(each)).toEqual(judge(each));
      }),
      { numRuns: runs(500, 5000) },
    );
  });

  it('are of the longer last piece where two ways to cut are equal', () => {
    const [packed, judge] = tokenizersOf([
      ['\u2581', -1],
      ['a', -1],
      ['aa', -2],
    ]);
    expect(packed('aaa')).toEqual([0, 4, 5, 6, 2]);
    expect(judge('aaa')).toEqual([0, 4, 5, 6, 2]);
  });

  it.each([
    [-10.5, [0, 4, 5, 7, 2]],
    [-11.5, [0, 4, 3, 6, 2]],
  ])('take a character for unknown at ten below the lowest score (%d)', (score, ids) => {
    const [packed, judge] = tokenizersOf([
      ['\u2581', -1],
      ['ab', -20],
      ['bc', -1],
      ['c', score],
    ]);
    expect(packed('abc')).toEqual(ids);
    expect(judge('abc')).toEqual(ids);
  });

  it('take half a character for a space', () => {
    expect(ours('a\ud83db')).toEqual(ours('a b'));
    expect(ours('\udc00a')).toEqual(ours(' a'));
  });

  it('are cut to the limit, the closing piece included, quickly even for a huge text', async () => {
    const bounded = await openPackedTokenizer(VOCABULARY, 512);
    const ids = bounded('word and больше слов и 更多的话 '.repeat(100_000));
    expect(ids).toHaveLength(512);
    expect([ids[0], ids.at(-1)]).toEqual([0, 2]);
    const whole = library('word and больше слов и 更多的话 '.repeat(200));
    expect(ids.slice(0, 511)).toEqual(whole.slice(0, 511));
  });

  it.skipIf(!existsSync(XQUAD)).each(['en', 'zh', 'hi'])(
    'are those of the library for questions and paragraphs of XQuAD (%s)',
    (language) => {
      const path = join(XQUAD, `xquad.${language}.json.gz`);
      const strings = new Set<string>();
      JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'), (_, value: unknown) => {
        if (typeof value === 'string') strings.add(value);
        return value;
      });
      const texts = [...strings].slice(0, runs(200, strings.size));
      expect(texts.length).toBeGreaterThanOrEqual(200);
      for (const text of texts) expect(ours(text)).toEqual(library(text));
    },
  );
});
