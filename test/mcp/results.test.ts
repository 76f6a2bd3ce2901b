import { describe, expect, it } from 'vitest';
import { failureResult, successResult, type ResultOptions } from '../../mcp/results.js';
import { AltError } from '../../src/index.js';

const PLAIN: ResultOptions = { warnings: [], exposesPaths: false };

function shown(output: Record<string, unknown>, options = PLAIN): Record<string, unknown> {
  const { structuredContent, content } = successResult(output, options);
  expect(JSON.parse((content[0] as { text: string }).text)).toEqual(structuredContent);
  return structuredContent as Record<string, unknown>;
}

describe('success', () => {
  it('is the object and the same as compact text', () => {
    expect(successResult({ name: 'Zoë', count: 1 }, PLAIN)).toEqual({
      content: [{ type: 'text', text: '{"name":"Zoë","count":1}' }],
      structuredContent: { name: 'Zoë', count: 1 },
    });
  });

  it('puts the warnings of the call before those of the operation', () => {
    const options = { ...PLAIN, warnings: ['clamped'] };
    expect(shown({ a: 1 }, options)).toEqual({ a: 1, warnings: ['clamped'] });
    expect(shown({ warnings: ['own'] }, options)).toEqual({ warnings: ['clamped', 'own'] });
  });

  it('names source files without their folders, of either kind of path', () => {
    const metadata = {
      source_file: '/home/me/a.md',
      source: 'C:\\me\\b.txt',
      deep: { source: 'x/y' },
    };
    const entity = { source_file: '/home/me/a.md', source: 'kept/as/is', metadata };
    expect(shown({ path: '/dimension', results: [entity] })).toEqual({
      path: '/dimension',
      results: [
        {
          source_file: 'a.md',
          source: 'kept/as/is',
          metadata: { source_file: 'a.md', source: 'b.txt', deep: { source: 'y' } },
        },
      ],
    });
    expect(shown({ source_file: '' })).toEqual({ source_file: '' });
    const full = { warnings: [], exposesPaths: true };
    expect(shown({ source_file: '/home/me/a.md' }, full)).toEqual({ source_file: '/home/me/a.md' });
  });

  it('cuts the longest texts of a list that is over 1 MiB', () => {
    const entities = [
      { id: 'a', content: 'a'.repeat(700_000) },
      { id: 'b', content: 'b'.repeat(300_000) },
      { id: 'c', content: 'c'.repeat(300_000) },
    ];
    expect(shown({ entities, count: 3 })).toEqual({
      entities: [
        { id: 'a', content: 'a'.repeat(200), truncated: true },
        { id: 'b', content: 'b'.repeat(300_000) },
        { id: 'c', content: 'c'.repeat(300_000) },
      ],
      count: 3,
      warnings: ['1 texts were cut to fit; read them one by one, or ask for less.'],
    });
  });
});

describe('failure', () => {
  it('carries code, message, hint and details of an expected one', () => {
    const error = new AltError('ALREADY_EXISTS', 'It is.', { hint: 'Try.', details: { index: 1 } });
    expect(failureResult(error).isError).toBe(true);
    expect(said(failureResult(error, 'unused'))).toEqual({
      code: 'already_exists',
      message: 'It is.',
      hint: 'Try.',
      details: { index: 1 },
    });
  });

  it('says which arguments there are when one is refused without a hint of its own', () => {
    const error = new AltError('TOO_LARGE', 'Too much.');
    expect(said(failureResult(error, 'It takes: a.'))).toMatchObject({ hint: 'It takes: a.' });
    const other = new AltError('BUSY', 'Later.');
    expect(said(failureResult(other, 'It takes: a.'))).toEqual({
      ...{ code: 'busy', message: 'Later.' },
      hint: 'Run the command again when the other process has finished.',
    });
  });

  it('tells nothing of a bug but that it is one', () => {
    expect(said(failureResult(new TypeError('cannot read /home/me/secret')))).toEqual({
      code: 'internal',
      message: 'The call failed because of a bug in the server.',
    });
  });
});

function said({ content }: ReturnType<typeof failureResult>): unknown {
  return (JSON.parse((content[0] as { text: string }).text) as { error: unknown }).error;
}
