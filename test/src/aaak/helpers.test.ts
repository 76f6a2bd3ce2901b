/** The rules of compression one by one, the helpers, and the index form that is written. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  AaakDialect,
  aaakCompressionStats,
  aaakCountTokens,
  aaakDetectEmotions,
  aaakDetectFlags,
  aaakExtractKeySentence,
  aaakExtractTopics,
} from '../../../src/index.js';
import { compress, type CompressOptions } from '../../../src/aaak/compress.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const aaak = (text: string, options: CompressOptions = {}): string => compress(text, options).aaak;

describe('compressing keeps', () => {
  it.each([
    [
      'negation, order and modality',
      'You must not do it only because I said so before, until then',
      '⚠: must not only because said before until | ★★★',
    ],
    ['who does what', 'Bob told Alice', 'BOB told ALC | ★★'],
    ['possession', "Alice told Bob's brother", "FAM: ALC told BOB's brother | ★★★"],
    ['questions as questions', 'Does Alice love Bob?', 'ALC love BOB? | *love* | ★★★'],
    ['words that only look like a name', 'Alicent went', 'ALC went | ★★'],
    [
      'files and versions',
      'see ./a/b.ts and `x` to /tmp from V2',
      'see ./a/b.ts `x` to /tmp from V2 | ★★',
    ],
    [
      'dates that are none, and those in names',
      'on 2026-02-30 see a-2026-05-31.md',
      '2026-02-30 see a-2026-05-31.md | ★★',
    ],
    [
      'other languages',
      '我们决定使用 GraphQL。不要 REST！',
      '我们决定使用 GraphQL; 不要 REST | ★★',
    ],
  ] as const)('%s', (_, text, entry) => {
    expect(aaak(text)).toBe(entry);
  });

  it('the first UTC time as the date', () => {
    expect(aaak('Deployed at 2026-05-31T10:00:00+00:00 and 2026-06-01.')).toBe(
      'DATE:2026-05-31T10:00:00Z | Deployed 2026-06-01 | TECHNICAL | ★★',
    );
    expect(aaak('Done.', { date: '2026-05-31' })).toBe('DATE:2026-05-31 | Done | ★★');
  });

  it('refuses options out of bounds', () => {
    const wrong: CompressOptions[] = [
      { maxLen: 0 },
      { maxLen: -1 },
      { maxLen: 20.5 },
      { maxLen: 100_001 },
      { importance: 0 },
      { importance: 6 },
      { date: 'soon' },
      { flags: ['LOUD'] },
    ];
    for (const options of wrong) {
      expect(() => aaak('x', options), JSON.stringify(options)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    }
  });
});

describe('cutting', () => {
  it('ends at a word, or in one where there is only one', () => {
    expect(aaak('The lighthouse keeper counts waves', { maxLen: 24 })).toBe(
      'lighthouse keeper… | ★★',
    );
    expect(aaak('x'.repeat(90), { maxLen: 20 })).toBe(`${'x'.repeat(14)}… | ★★`);
  });

  it('keeps the sentence that says most', () => {
    const text =
      'The weather is fine today. We chose Postgres because of backups. It rains at night.';
    expect(aaak(text, { maxLen: 60 })).toBe(
      'chose Postgres because backups | DECISION | …+2 | ★★★',
    );
  });

  it('drops attributes, groups and relations from the end, and counts them', () => {
    const text = 'Alice loves Jordan. Kai manages Ben. Eve is our lead. Bo is a pilot.';
    expect(aaak(text, { maxLen: 58 })).toBe(
      'FAM: ALC→♡JOR KAI--manages--BEN | EVE(lead) | …+1 | ★★★★',
    );
    expect(aaak(text, { maxLen: 20 })).toBe('…+4 | ★★★★');
  });

  it('shortens what was passed through, but for its stars and references', () => {
    const entry = 'FAM: ALC→♡JOR | one two three | four five | ★★★ | DR:doc_7';
    expect(aaak(entry, { maxLen: 40 })).toBe('FAM: ALC→♡JOR | …+2 | ★★★ | DR:doc_7');
    expect(() => aaak(`★★★ | DR:${'x'.repeat(40)}`, { maxLen: 30 })).toThrow('too small');
  });
});

describe('a long run of marks', () => {
  it.each(['.', '!', '…', '"', ').'])('is left in a time that grows with it: %s', (mark) => {
    const run = mark.repeat(200_000);
    expect(aaak(`x${run}y`, { maxLen: 20 })).toMatch(/^x.*… \| ★★$/u);
    expect(aaak(`x${run}`)).toBe('x | ★★');
    expect(aaakExtractKeySentence(`${run}y`)).toHaveLength(55);
  });
});

describe('what words tell', () => {
  it('emotions: whole words, in order, not denied, at most three', () => {
    expect(aaakDetectEmotions('gloves, unhappy, capital scores')).toEqual([]);
    expect(aaakDetectEmotions("not really happy, never sad, didn't quite love")).toEqual([]);
    expect(aaakDetectEmotions('worried, excited, sad, happy')).toEqual(['anx', 'excite', 'grief']);
  });

  it('flags: whole words and phrases; never SENSITIVE or GENESIS', () => {
    expect(aaakDetectFlags('a score of capital because always')).toEqual([]);
    expect(aaakDetectFlags('We chose it instead of theirs for the first time; the API')).toEqual([
      'DECISION',
      'ORIGIN',
      'TECHNICAL',
    ]);
    expect(aaakDetectFlags('sensitive genesis secret')).toEqual([]);
  });

  it('topics: names and compounds first, in lower case, of every script', () => {
    expect(
      aaakExtractTopics('the cat and the dog met Größe in schema_first GraphQL GraphQL'),
    ).toEqual(['graphql', 'größe', 'schema_first']);
    expect(aaakExtractTopics('a b c', 5)).toEqual([]);
  });

  it('the key sentence: what says most, not cut at a version', () => {
    expect(
      aaakExtractKeySentence('Fine day out there. It "fails" because of Safari 18.2 again. Ok.'),
    ).toBe("It 'fails' because of Safari 18.2 again");
    expect(aaakExtractKeySentence('My keyboard is broken. We found the key there.')).toBe(
      'We found the key there',
    );
    expect(aaakExtractKeySentence('short. tiny.')).toBe('');
    expect(aaakExtractKeySentence('x'.repeat(60))).toBe(`${'x'.repeat(52)}...`);
  });

  it('counts: estimates that say so, also where the entry grew', () => {
    expect([aaakCountTokens(''), aaakCountTokens('one two three')]).toEqual([1, 3]);
    expect(aaakCompressionStats('hello', 'hello | ★★')).toMatchObject({
      size_ratio: 0.3,
      original_chars: 5,
      summary_chars: 10,
      note: expect.stringContaining('lossy') as string,
    });
  });
});

describe('the index form', () => {
  const dialect = new AaakDialect({ entities: { Alice: 'AL2' }, skip_names: ['Gandalf'] });

  it('of a text has a header where its place is known', () => {
    expect(dialect.compress('Alice decided to keep the schema-first approach.')).toBe(
      '0:AL2|alice_schema-first_decided|"Alice decided to keep the schema-first approach"|' +
        'determ|DECISION',
    );
    expect(dialect.compress('Hm.', { realm: 'work', sourceFile: '/a/b/notes.v1.md' })).toBe(
      'work|?|?|notes.v1\n0:???|misc',
    );
  });

  it('of a note says who, what, how much, and in whose words', () => {
    const note = {
      id: 'zettel-2026-17',
      people: ['Alice', 'Bob', 'Gandalf', 'Bob'],
      topics: ['harbour', 'storm', 'night'],
      content: 'She said: we will never forget the lost boats.',
      emotional_weight: 0.9,
      emotional_tone: ['vulnerable', 'mild_fear', 'joyful', 'peace'],
      origin_moment: true,
      sensitivity: 'MAXIMUM - family',
      notes: 'core memory, a pivot',
      origin_label: 'genesis of the club',
    };
    const line =
      '17:AL2+BOB|harbour_storm|"we will never forget the lost boats"|0.9|vul+fear+joy|' +
      'ORIGIN+SENSITIVE+CORE+GENESIS+PIVOT';
    expect(dialect.encodeNote(note)).toBe(line);
    expect(dialect.encodeNote({ id: '3', title: 'Night - the long watch' })).toBe(
      '3:???|misc|"the long watch"|0.5',
    );
    const file = {
      name: '007-storm.txt',
      date: '2026-05-31',
      arc: ['fear', 'joyful'],
      notes: [note],
      tunnels: [{ from: '17', to: '18', label: 'sea: the same' }],
    };
    const written = dialect.encodeFile(file);
    expect(written).toBe(
      ['007|AL2+BOB|2026-05-31|storm', 'ARC:fear->joy', line, 'T:17<->18|sea'].join('\n'),
    );
    expect(dialect.encodeFiles([file, file])).toBe(`${written}\n---\n${written}\n---\n`);
    expect(dialect.decode(written)).toMatchObject({
      header: { file: '007', entities: ['AL2', 'BOB'], date: '2026-05-31', title: 'storm' },
      arc: ['fear', 'joy'],
      zettels: [{ id: '17', codes: ['AL2', 'BOB'], weight: 0.9, emotions: ['vul', 'fear', 'joy'] }],
      tunnels: [{ from: '17', to: '18', label: 'sea' }],
    });
    expect(dialect.encodeLayer([file], { generatedOn: '2026-06-01' })).toBe(
      'LAYER 1\nGenerated on 2026-06-01\n\n=MOMENTS[2026-05-31]=\n' +
        'AL2+BOB|harbour_storm|"we will never forget the lost boats"|SENSITIVE|0.9|' +
        'ORIGIN+CORE+GENESIS+PIVOT\n\n=TUNNELS=\nsea: the same\n\n',
    );
  });

  it('keeps its codes in a file', () => {
    const path = join(temporaryFolder(), 'codes.json');
    const written = new AaakDialect({
      entities: { alice: 'ALC', Alice: 'ALC' },
      skip_names: ['Gandalf'],
    });
    written.saveConfig(path);
    const again = AaakDialect.fromConfig(path);
    expect(again.codebook.entries()).toEqual([['Alice', 'ALC']]);
    expect([again.encodeEntity('Gandalf'), again.encodeEntity('Bob')]).toEqual([undefined, 'BOB']);
  });
});
