/** Who gets which code. */
import { describe, expect, it } from 'vitest';
import { Codebook } from '../../../src/index.js';

const codesOf = (codebook: Codebook, ...names: string[]): (string | undefined)[] =>
  names.map((name) => codebook.codeFor(name));

describe('codes', () => {
  it('are those of the contract, in this order', () => {
    const names = ['Alice', 'Alicia', 'Alina', 'Jordan', 'Jordana', 'Max', 'Maxine', 'Max Power'];
    const more = ["O'Brien", 'Zoë', '王伟', 'Andy', 'Bo', 'Ålis'];
    expect(codesOf(new Codebook(), ...names, ...more)).toEqual([
      ...['ALC', 'ALI', 'ALN', 'JOR', 'JOD', 'MAX', 'MAI', 'MA2'],
      ...['OBR', 'ZOE', '王伟', 'ANY', 'BO', 'ALS'],
    ]);
  });

  it('are shared by the spellings of one name, whatever their case', () => {
    const codebook = new Codebook({ people: [['Alex', 'Alexander']] });
    expect(codesOf(codebook, 'Alexander', 'Alex', 'ALEX')).toEqual(['ALX', 'ALX', 'ALX']);
    expect(codebook.nameOf('ALX')).toBe('Alexander');
  });

  it('go to the user first, then to the people map, then to the log', () => {
    const codebook = new Codebook({
      persons: ['Alicia', 'Alice'],
      people: [['Al', 'Alina']],
      entities: { Alistair: 'ALC' },
    });
    expect(codebook.entries()).toEqual([
      ['Alistair', 'ALC'],
      ['Alina', 'ALN'],
      ['Alicia', 'ALI'],
      ['Alice', 'ALE'],
    ]);
  });

  it('are never given to a name that is skipped, and only to that name', () => {
    const codebook = new Codebook({ skipNames: ['Gan'] });
    expect(codesOf(codebook, 'Gan', 'gan', 'Megan')).toEqual([undefined, undefined, 'MEG']);
  });

  it('are refused where they are none', () => {
    for (const code of ['A', 'ABCDE', 'al', 'FAM', 'A B', '12']) {
      expect(() => new Codebook({ entities: { Alice: code } }), code).toThrow(/is no code/);
    }
  });

  it('of a name that holds another are its own', () => {
    expect(codesOf(new Codebook(), 'Alice', 'Alicent')).toEqual(['ALC', 'ALI']);
  });
});
