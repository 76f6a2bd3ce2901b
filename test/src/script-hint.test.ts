import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { open } from '../support/dimensions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function hintFor(embedder: string, contents: readonly string[]): Promise<string | null> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'), { embedder });
  await dimension.init();
  for (const content of contents) await dimension.addEntity('home', 'notes', content);
  return (await dimension.status()).hint;
}

describe('status', () => {
  it('names the multilingual embedder when many letters are unknown to this one', async () => {
    const contents = ['我喜欢在早上喝茶', 'मैं सुबह चाय पीता हूँ', 'I drink tea'];
    const hint = await hintFor('sentence', contents);
    expect(hint).toContain('% of the letters are in scripts that sentence does not know');
    expect(hint).toContain('alt embedder multilingual');
  });

  it('says nothing where scripts are known, or nothing is remembered', async () => {
    expect(await hintFor('sentence', ['I drink tea in the morning', 'Ich trinke Tee'])).toBeNull();
    expect(await hintFor('numpy', ['我喜欢在早上喝茶'])).toBeNull();
    expect(await hintFor('sentence', [])).toBeNull();
  });
});
