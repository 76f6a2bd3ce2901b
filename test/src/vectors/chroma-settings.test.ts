/** Where the chroma backend finds its server: environment over config.json over default. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/config.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

function settings(config: object, env: Readonly<Record<string, string>> = {}) {
  const home = temporaryFolder();
  writeFileSync(join(home, 'config.json'), JSON.stringify(config));
  return readSettings({ dimension: '/nowhere' }, { ALT_MEMORY_HOME: home, ...env });
}

describe('chroma settings', () => {
  it('name the server of this machine where nothing is said', () => {
    expect(settings({}).chroma).toEqual({ url: 'http://127.0.0.1:8000', storesDocuments: false });
  });

  it('come from config.json, and from the environment before it', () => {
    const config = {
      chroma_url: 'https://vectors.example',
      chroma_token: 'a',
      chroma_tenant: 'b',
      chroma_database: 'c',
      chroma_store_documents: true,
    };
    expect(settings(config, { ALT_CHROMA_URL: 'http://[::1]:9/', ALT_CHROMA_TOKEN: 'd' })).toEqual(
      expect.objectContaining({
        chroma: {
          url: 'http://[::1]:9',
          token: 'd',
          tenant: 'b',
          database: 'c',
          storesDocuments: true,
        },
        warnings: [],
      }),
    );
  });

  it.each(['localhost:8000', 'ftp://a', 'http://a/path', 'http://me:secret@a', '://'])(
    'refuse %s and do not repeat it',
    (url) => {
      const { chroma, warnings } = settings({}, { ALT_CHROMA_URL: url });
      expect(chroma.url).toBe('http://127.0.0.1:8000');
      expect(warnings).toEqual([
        'The chroma url must be http(s)://HOST:PORT and no more; http://127.0.0.1:8000 is used.',
      ]);
    },
  );

  it('say what of them is no setting', () => {
    const { warnings } = settings({ chroma_url: 7, chroma_store_documents: 'yes' });
    expect(warnings).toEqual([
      'chroma_url in config.json is no text and is ignored.',
      'chroma_store_documents must be true or false; false is used.',
    ]);
  });
});
