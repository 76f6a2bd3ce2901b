/** Parsing entries, and reading them aloud. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  aaakCompress,
  aaakDecompress,
  aaakExpand,
  aaakParseEntry,
  aaakValidate,
  aaak_compress,
  aaak_decompress,
  aaak_parse_entry,
  Codebook,
} from '../../../src/index.js';
import { SPEC } from '../../../src/aaak/spec-text.js';

const codebook = new Codebook({ persons: ['Alice', 'Jordan', 'Riley', 'Max', 'Ben'] });

describe('parsing', () => {
  it('takes the entry of the contract apart, key by key', () => {
    expect(aaakParseEntry('FAM: ALC→♡JOR', { codebook })).toEqual({
      raw: 'FAM: ALC→♡JOR',
      kind: 'entry',
      session: false,
      date: null,
      category: 'FAM',
      entities: [
        { code: 'ALC', name: 'Alice', type: null },
        { code: 'JOR', name: 'Jordan', type: null },
      ],
      relationships: [{ source: 'ALC', target: 'JOR', label: 'loves' }],
      groups: [],
      attributes: {},
      emotions: [],
      emotion: null,
      flags: [],
      importance: null,
      omitted: 0,
      refs: [],
      text: [],
      header: null,
      arc: [],
      zettels: [],
      tunnels: [],
      valid: true,
    });
  });

  it('drops the dots at the end of a field, and knows no name without a codebook', () => {
    const { relationships, entities } = aaakParseEntry('FAM: ALC→♡JOR...');
    expect(relationships).toEqual([{ source: 'ALC', target: 'JOR', label: 'loves' }]);
    expect(entities.map(({ name }) => name)).toEqual([null, null]);
  });

  it('reads every field of an entry in any order', () => {
    const entry =
      'DR:doc%7C7@0123abcd | ★★★★ | …+2 | DECISION+CORE | *warm+mild_fear+xylophonic* | ' +
      '2D(kids@ALC): RIL(18,sports) MAX(11,chess+swimming) | BOB--reports.to--ALC a→b | ' +
      'left¦right for MAX | DATE:2026-05-31';
    expect(aaakParseEntry(entry, { codebook })).toMatchObject({
      kind: 'entry',
      date: '2026-05-31',
      refs: ['doc|7@0123abcd'],
      importance: 4,
      omitted: 2,
      flags: ['DECISION', 'CORE'],
      emotions: ['joy', 'fear', 'xylo'],
      emotion: 'joy',
      groups: [{ count: 2, kind: 'kids', owner: 'ALC', members: ['RIL', 'MAX'] }],
      attributes: { RIL: ['18', 'sports'], MAX: ['11', 'chess+swimming'] },
      relationships: [
        { source: 'BOB', target: 'ALC', label: 'reports to' },
        { source: 'a', target: 'b', label: '' },
      ],
      text: ['left|right for MAX'],
    });
  });

  it('reads diary entries and what older programs wrote', () => {
    expect(aaakParseEntry('SESSION:2026-05-31|fixed.auth.race.cond|★★★')).toMatchObject({
      session: true,
      date: '2026-05-31',
      text: ['fixed.auth.race.cond'],
      importance: 3,
    });
    expect(aaakParseEntry('DATE:2026-01-02|MOOD:★★|$$person:Alice|$loc:Paris|met !')).toMatchObject(
      {
        date: '2026-01-02',
        emotion: '★★',
        importance: null,
        entities: [
          { code: null, name: 'Alice', type: 'person' },
          { code: null, name: 'Paris', type: 'loc' },
        ],
        text: ['met !'],
      },
    );
  });

  it('names codes by the legend, and those in text only when they are known', () => {
    const entry = 'ALC told BOB about the API | ★★\nK: ALC=Alice MA2=Max.Power';
    expect(aaakParseEntry(entry).entities).toEqual([{ code: 'ALC', name: 'Alice', type: null }]);
  });

  it('takes a legend that is none for text, however many ways there are to read its pairs', () => {
    const line = `K:${' A=b=c'.repeat(1_000)} x`;
    expect(aaakParseEntry(line)).toMatchObject({ kind: 'plain', text: [line] });
    expect(aaakDecompress('FAM: ALC→♡JOR\nK: ALC=Alice=A JOR=Jordan')).toBe(
      'Family: Alice=A loves Jordan',
    );
  });

  it('reads the index form line by line', () => {
    const file = [
      'work|cars|2026-05-31|van',
      '0:ALC+BOB|brakes_van|"The brakes squeak"|3|anx|TECHNICAL',
      '1:???|misc',
      'ARC:fear->joyful',
      'T:1<->2|the same road',
    ].join('\n');
    expect(aaakParseEntry(file)).toMatchObject({
      kind: 'file',
      valid: true,
      header: { realm: 'work', domain: 'cars', date: '2026-05-31', title: 'van' },
      arc: ['fear', 'joy'],
      tunnels: [{ from: '1', to: '2', label: 'the same road' }],
      zettels: [
        {
          id: '0',
          codes: ['ALC', 'BOB'],
          topics: ['brakes', 'van'],
          quote: 'The brakes squeak',
          weight: 3,
          emotions: ['anx'],
          flags: ['TECHNICAL'],
        },
        { id: '1', codes: [], topics: [], quote: null, weight: null, emotions: [], flags: [] },
      ],
    });
  });

  it('says what is none', () => {
    expect(aaakParseEntry('hello | world')).toMatchObject({
      kind: 'plain',
      valid: false,
      text: ['hello | world'],
    });
    expect(aaakParseEntry(' \n ')).toMatchObject({ kind: 'empty', valid: false, text: [] });
    expect(['a | b', 'see a → b and c', 'x-y', '570x'].map((text) => aaakValidate(text))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(['★★', 'DR:x', '*joy*', 'CORE', '2D(kids)', 'ALC→♡JOR'].every(aaakValidate)).toBe(true);
  });
});

describe('reading aloud', () => {
  const READINGS = [
    ['FAM: ALC→♡JOR', 'Family: Alice loves Jordan'],
    [
      'FAM: ALC→♡JOR | 2D(kids): RIL(18,sports) | ★★★★',
      'Family: Alice loves Jordan. 2 kids: Riley (18, sports) [importance 4/5]',
    ],
    [
      'SESSION:2026-05-31|fixed.auth.race.cond|★★★',
      'Session 2026-05-31: fixed auth race cond [importance 3/5]',
    ],
    [
      'PATTERN: auth.timeouts→rate.limit.insufficient|★★★★★',
      'Pattern: auth timeouts → rate limit insufficient [importance 5/5]',
    ],
    ['DATE:2026-01-02|MOOD:★|$person:Alice|$loc:Paris|met !', '2026-01-02: Alice, Paris. met !'],
    [
      '⚠: MAX(11,chess+swimming) | 3D(dogs@BEN): REX | *determ+anx* | CORE | …+3 | ★★',
      'Warning: Max (11, chess and swimming). Ben has 3 dogs: REX ' +
        '[feeling determination, anxiety; CORE; importance 2/5; 3 parts omitted]',
    ],
    [
      'ALC--reports.to--BEN | Safari 18.2 | ★',
      'Alice reports to Ben. Safari 18.2 [importance 1/5]',
    ],
  ] as const;

  it.each(READINGS)('says %j', (entry, reading) => {
    expect(aaakExpand(entry, { codebook })).toEqual({
      text: reading,
      exact: false,
      source: 'reading',
      refs: [],
    });
  });

  it('keeps codes without a codebook, and takes names from a legend', () => {
    expect(aaakDecompress('FAM: ALC→♡JOR')).toBe('Family: ALC loves JOR');
    expect(aaakDecompress('FAM: ALC→♡JOR\nK: ALC=Alice JOR=Max.Power')).toBe(
      'Family: Alice loves Max Power',
    );
  });

  it('gives plain text back, and nothing for nothing', () => {
    expect([aaakDecompress('just words'), aaakDecompress('')]).toEqual(['just words', '']);
  });
});

describe('within one process', () => {
  it('what was compressed comes back to the letter', () => {
    const text = '  Alice told Bob:\r\n"never" | twice. \ud800';
    const compressed = aaak_compress(text);
    expect(aaak_decompress(compressed)).toBe(text);
    expect(aaak_parse_entry(compressed)).toMatchObject({ kind: 'entry', valid: true });
    expect(aaakExpand(compressed)).toMatchObject({ exact: true, source: 'cache' });
  });

  it('an entry of two texts is read, not guessed', () => {
    const [first, second] = ['We sold the boat.', 'We have sold a boat.'].map((text) => {
      return aaakCompress(text);
    });
    expect(first).toBe(second);
    expect(aaakExpand(first ?? '')).toMatchObject({
      text: 'sold boat [importance 2/5]',
      exact: false,
      reason: 'ambiguous',
    });
  });

  it('an entry that was only passed through is no original of itself', () => {
    aaakCompress('FAM: ALC→♡JOR | ★');
    expect(aaakExpand('FAM: ALC→♡JOR | ★')).toMatchObject({ exact: false, source: 'reading' });
  });
});

describe('the page of the grammar', () => {
  const page = readFileSync(new URL('../../../docs/AAAK.md', import.meta.url), 'utf8');
  const [entries = '', index = ''] = Array.from(
    page.matchAll(/```aaak\n([\s\S]*?)```/g),
    ([, block = '']) => block.trim(),
  );

  it.each(entries.split('\n'))('shows an entry that parses: %s', (entry) => {
    const parsed = aaakParseEntry(entry);
    expect(parsed).toMatchObject({ kind: 'entry', valid: true });
    expect(aaakCompress(entry)).toBe(entry);
    expect(aaakDecompress(entry)).not.toMatch(/[♡★]|DR:/);
  });

  it('shows an index that parses whole', () => {
    const { kind, header, arc, zettels, tunnels } = aaakParseEntry(index);
    expect([kind, header !== null, arc.length, zettels.length, tunnels.length]).toEqual([
      'file',
      true,
      3,
      1,
      1,
    ]);
  });
});

describe('the page for agents', () => {
  it.each([
    ...['ALC=Alice', 'JOR=Jordan', 'RIL=Riley', 'MAX=Max', 'BEN=Ben', 'lossy', 'ISO 8601', '570x'],
    ...['*warm*', '*fierce*', '*raw*', '*bloom*', 'FAM:', 'PROJ:', '⚠:', '★ to ★★★★★', 'DR:id'],
    ...['gate_facts', 'gate_events', 'gate_discoveries', 'gate_preferences', 'gate_advice'],
    ...['alt_memory', 'documents', 'reference', 'benchmark', 'agent_*', 'hyphenated'],
    ...['ORIGIN', 'CORE', 'SENSITIVE', 'PIVOT', 'GENESIS', 'DECISION', 'TECHNICAL'],
    'SESSION:2026-05-31|fixed.auth.race.cond|★★★',
    'PATTERN: auth.timeouts→rate.limit.insufficient|★★★★★',
    'FAM: ALC→♡JOR | 2D(kids): RIL(18,sports) MAX(11,chess+swimming) | BEN(contributor)',
  ])('tells of %s', (part) => {
    expect(SPEC).toContain(part);
  });

  it('shows no entry that does not parse', () => {
    const examples = Array.from(SPEC.matchAll(/^ {4}(\S.*)$/gm), ([, entry = '']) => entry);
    expect(examples.length).toBeGreaterThanOrEqual(3);
    expect(examples.filter((entry) => !aaakParseEntry(entry).valid)).toEqual([]);
  });
});
