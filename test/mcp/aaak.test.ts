/** The dialect, as a client meets it. */
import { describe, expect, it } from 'vitest';
import { connect, newPath } from './servers.js';

describe('the dialect', () => {
  it('says what was cut, what is exact, and refuses a blank text', async () => {
    const { ask, refusal } = await connect(newPath());
    const text = 'Alice met Bob. '.repeat(60);
    const { aaak, truncated } = await ask('aaak_compress', { text, max_len: 100 });
    expect([aaak, truncated]).toEqual([
      'ALC met BOB; ALC met BOB; ALC met BOB; ALC met BOB; ALC met BOB; ALC met BOB | …+54 | ★★',
      true,
    ]);
    expect(await ask('aaak_decompress', { text: aaak })).toEqual({
      text,
      exact: true,
      source: 'cache',
      refs: [],
    });
    expect(await ask('aaak_parse', { text: 'no entry' })).toMatchObject({ valid: false });
    expect(await refusal('aaak_compress', { text: ' ' })).toMatchObject({
      code: 'invalid_argument',
    });
  });
});
