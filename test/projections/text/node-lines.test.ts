/** What a line of the cross-reference index says, and how lines are packed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatNodeLine,
  nodeTerms,
  nodeText,
  packNodeLines,
  parseNodeLine,
  type NodeLine,
} from '../../../projections/text/node-lines.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('|', '→', ';', ',', '\n', '\r', '\u2028', ' ', 'a', '\ud800'),
  }),
);
const visible = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at));
const anyId = fc.oneof(
  fc.string({ unit: fc.constantFrom(...visible), minLength: 1, maxLength: 20 }),
  fc.string({ unit: fc.constantFrom('%', ',', '2', '5', 'C', '|'), minLength: 1, maxLength: 8 }),
);
const anyLine: fc.Arbitrary<NodeLine> = fc.record(
  {
    topic: anyText,
    names: fc.array(anyText, { maxLength: 4 }),
    ids: fc.uniqueArray(anyId, { maxLength: 4 }),
    at: fc.record({
      date: fc.constantFrom('2026-01-01', '0001-12-31'),
      lineStart: fc.nat(),
      lineEnd: fc.nat(),
    }),
  },
  { requiredKeys: ['topic', 'names', 'ids'] },
);

describe('a line', () => {
  it('has three fields, or four where the day and the lines are known', () => {
    const line = { topic: 'fixed login', names: ['Ada', 'Mill'], ids: ['a-1', 'b.2', 'c:3'] };
    expect(formatNodeLine(line)).toBe('fixed login|Ada;Mill|→a-1,b.2,c:3');
    const at = { date: '2026-01-02', lineStart: 3, lineEnd: 9 };
    expect(formatNodeLine({ ...line, at })).toBe(
      'fixed login|Ada;Mill|2026-01-02:L3-L9|→a-1,b.2,c:3',
    );
  });

  it('reads back as it was written, whatever stands in it', () => {
    const property = fc.property(anyLine, (line) => {
      const written = formatNodeLine(line);
      expect(written).not.toMatch(/[\n\r]/);
      const names = line.names.map((name) => nodeText(name.replaceAll(';', ' ')));
      expect(parseNodeLine(written)).toEqual({
        ...line,
        topic: nodeText(line.topic),
        names: names.filter((name) => name !== ''),
      });
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('keeps the order of its pointers and each once, trimmed', () => {
    expect(parseNodeLine('a → b||→ x-1 , y.2,x-1,, z:3').ids).toEqual(['x-1', 'y.2', 'z:3']);
  });

  it('that is none has no pointers', () => {
    expect(parseNodeLine('just words')).toEqual({ topic: 'just words', names: [], ids: [] });
    expect(parseNodeLine('')).toEqual({ topic: '', names: [], ids: [] });
  });

  it('is found by its topic and its names, not by its day, lines and pointers', () => {
    const pack = 'fixed login|Ada|2026-01-02:L3-L9|→doc_1\nroses||→doc_2';
    expect(nodeTerms(pack)).toEqual(['fix', 'login', 'ada', 'rose']);
  });
});

describe('packs', () => {
  it('hold all lines in order, in at most 2,000 characters unless one line is longer', () => {
    const lines = fc.array(
      fc.oneof(
        anyLine.map(formatNodeLine),
        fc.integer({ min: 1, max: 2_500 }).map((length) => 'x'.repeat(length)),
      ),
      { maxLength: 60, size: 'max' },
    );
    const property = fc.property(lines, (all) => {
      const packs = packNodeLines(all);
      expect(packs.flatMap((pack) => pack.split('\n'))).toEqual(all);
      for (const [index, pack] of packs.entries()) {
        expect(pack.length <= 2_000 || !pack.includes('\n')).toBe(true);
        const next = packs[index + 1]?.split('\n')[0];
        if (next !== undefined) expect(pack.length + 1 + next.length).toBeGreaterThan(2_000);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('fill up to exactly 2,000 characters', () => {
    const lines = ['x'.repeat(1_500), 'y'.repeat(499), 'z'];
    expect(packNodeLines(lines).map((pack) => pack.length)).toEqual([2_000, 1]);
  });
});
