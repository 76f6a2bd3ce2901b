import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ALT, openConsole } from '../support/cli.js';
import { serveFiles } from '../support/file-server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const alt = openConsole();
const BUNDLED = {
  'model_int8.onnx': 22_928_619,
  'tokenizer.json': 466_247,
  'tokenizer_config.json': 350,
};

/** A folder of models with one of the right sizes and the wrong bytes. */
function altered(): string {
  const models = temporaryFolder();
  mkdirSync(join(models, 'all-MiniLM-L6-v2'));
  for (const [name, sizeBytes] of Object.entries(BUNDLED)) {
    writeFileSync(join(models, 'all-MiniLM-L6-v2', name), Buffer.alloc(sizeBytes));
  }
  return models;
}

describe('models', () => {
  let env: Record<string, string>;

  beforeEach(() => {
    env = { ALT_MEMORY_HOME: temporaryFolder(), XDG_CACHE_HOME: temporaryFolder() };
  });

  it('lists what is known and where it is, and makes no dimension', async () => {
    const { stdout, stderr, code } = await alt.run(['models'], { env });
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(/^ {2}minilm +24 MB {2}all-MiniLM-L6-v2.*\n +bundled: \S+$/m);
    expect(stdout).toMatch(/^ {2}embeddinggemma +331 MB .*\n +not on this machine\n +terms: http/m);
    expect(existsSync(alt.dimension)).toBe(false);
    expect(readdirSync(env.ALT_MEMORY_HOME ?? '')).toEqual([]);
  });

  it('lists them as JSON, one a line with --ndjson', async () => {
    const listed = (await alt.json(['models', 'list'], { env })) as { models: object[] };
    expect(listed.models[1]).toEqual({
      name: 'minilm@fp32',
      title: 'all-MiniLM-L6-v2 with float32 weights, English',
      license: 'Apache-2.0',
      size_bytes: 90_871_811,
      folder: null,
      origin: null,
      source: 'sentence-transformers/all-MiniLM-L6-v2@1110a243fdf4706b3f48f1d95db1a4f5529b4d41',
      terms: null,
      accepted: true,
    });
    const { stdout } = await alt.run(['models', '--ndjson'], { env });
    expect(stdout.trim().split('\n')).toHaveLength(4);
  });

  it('prints where one lies, and where downloads go', async () => {
    const bundled = await alt.run(['models', 'path', 'sentence'], { env });
    expect(bundled.stdout).toMatch(/[\\/]models[\\/]all-MiniLM-L6-v2\n$/);
    const downloads = await alt.run(['models', 'path'], { env });
    expect(downloads.stdout).toBe(`${env.XDG_CACHE_HOME}/alt-memory/models\n`);
    expect(await alt.run(['models', 'path', 'gemma'], { env })).toEqual({
      stdout: '',
      stderr:
        'error: The model embeddinggemma is not on this machine. [UNAVAILABLE]\n' +
        'hint: Run "alt models download embeddinggemma".\n',
      code: 1,
    });
  });

  it('compares checksums, and ends with 5 when one is wrong', async () => {
    const sound = await alt.run(['models', 'verify'], { env });
    expect(sound).toEqual({
      stdout: '  minilm           ok\n  multilingual     ok\n',
      stderr: '',
      code: 0,
    });
    const models = altered();
    const { stdout, code } = await alt.run(['models', 'verify', 'minilm', '--json'], {
      env: { ...env, ALT_MODELS_DIR: models },
    });
    const folder = join(models, 'all-MiniLM-L6-v2');
    expect([JSON.parse(stdout), code]).toEqual([
      {
        models: [
          {
            name: 'minilm',
            folder,
            ok: false,
            problem: `Checksum mismatch for ${folder}/model_int8.onnx.`,
          },
        ],
      },
      5,
    ]);
    const absent = await alt.run(['models', 'verify', 'gemma'], { env });
    expect([absent.stdout, absent.code]).toEqual([
      '  embeddinggemma   The model embeddinggemma is not on this machine.\n',
      5,
    ]);
  });

  it('searches with no model that was altered, and says which file', async () => {
    const write = ['-w', 'r', '-r', 'd'];
    await alt.run(['add', ...write, '-c', 'the brakes squeal'], { env });
    const { stderr } = await alt.run(['search', 'brakes', '--mode', 'vector'], {
      env: { ...env, ALT_MODELS_DIR: altered() },
    });
    expect(stderr).toMatch(/Checksum mismatch for \S+model_int8\.onnx/);
  });

  it('explains its commands with two examples each and refuses unknown names', async () => {
    for (const name of ['list', 'download', 'verify', 'path', 'accept']) {
      const { stdout } = await alt.bare(['models', name, '--help']);
      expect(stdout.split('Examples:\n')[1]?.trim()).toMatch(/^alt models .*\n.*\balt models /);
    }
    const { stderr, code } = await alt.run(['models', 'path', 'bge'], { env });
    expect([stderr, code]).toEqual([
      `error: There is no model 'bge'. [INVALID_ARGUMENT]\n` +
        'hint: The models are: minilm, minilm@fp32, embeddinggemma, multilingual.\n',
      2,
    ]);
  });
});

describe('config.json', () => {
  it('loses nothing that several processes write at once', async () => {
    const home = temporaryFolder();
    const library = new URL('index.js', pathToFileURL(ALT)).href;
    const program = (name: string): string => `
      const { acceptModel } = await import('${library}');
      for (let n = 10; n < 35; n += 1) {
        await acceptModel('${name}' + n, { ALT_MEMORY_HOME: ${JSON.stringify(home)} });
      }`;
    const run = promisify(execFile);
    const names = ['a', 'b', 'c'];
    await Promise.all(
      names.map((name) => run(process.execPath, ['--input-type=module', '-e', program(name)])),
    );
    const config = JSON.parse(readFileSync(join(home, 'config.json'), 'utf8')) as {
      accepted_models: string[];
    };
    expect(config.accepted_models).toHaveLength(75);
  });
});

describe('models download', () => {
  it('asks, and refuses where nobody can be asked', async () => {
    const { stderr, code } = await alt.run(['models', 'download', 'minilm@fp32']);
    expect(code).toBe(2);
    expect(stderr).toContain('Download minilm@fp32 (91 MB, Apache-2.0) from https://hugging');
    expect(stderr).toContain('Nobody can be asked here. [INVALID_ARGUMENT]\nhint: Add --yes');
  });

  it.each<Record<string, string>>([{ HF_HUB_OFFLINE: '1' }, { ALT_ALLOW_DOWNLOADS: 'no' }])(
    'is refused with %j, whatever else is said',
    async (env) => {
      const { stderr, code } = await alt.run(['models', 'download', 'minilm@fp32', '-y'], { env });
      expect(code).toBe(1);
      expect(stderr).toContain('Downloads are switched off; minilm@fp32 was not fetched.');
    },
  );

  it('names the file, its place and what to do when the hub has it not', async () => {
    const { url, asked } = await serveFiles({});
    const models = temporaryFolder();
    const env = { HF_ENDPOINT: url, ALT_MODELS_DIR: models, ALT_ALLOW_DOWNLOADS: 'yes' };
    const { stdout, stderr, code } = await alt.run(['models', 'download', 'minilm@fp32'], { env });
    const place = `${models}/sentence-transformers--all-MiniLM-L6-v2/onnx/model.onnx`;
    expect([stdout, code]).toEqual(['', 1]);
    expect(stderr).toBe(
      `error: Fetching ${url}/${asked[0]?.split(' ')[0] ?? ''} failed: ` +
        'the server answered 404. [UNAVAILABLE]\n' +
        `hint: Fetch it another way and put it at ${place}, or run the command again.\n`,
    );
    expect(asked).toEqual([
      'sentence-transformers/all-MiniLM-L6-v2/resolve/' +
        '1110a243fdf4706b3f48f1d95db1a4f5529b4d41/onnx/model.onnx bytes=0-',
    ]);
  });

  it('has nothing to do for the bundled model', async () => {
    const answer = await alt.json(['models', 'download', 'minilm']);
    expect(answer).toMatchObject({ name: 'minilm', fetched: [] });
  });

  it('of gemma waits until its terms are accepted', async () => {
    const { url, asked } = await serveFiles({});
    const home = temporaryFolder();
    const env = { HF_ENDPOINT: url, ALT_MEMORY_HOME: home, XDG_CACHE_HOME: temporaryFolder() };
    const refused = await alt.run(['models', 'download', 'gemma', '--yes'], { env });
    expect([refused.code, asked]).toEqual([1, []]);
    expect(refused.stderr).toBe(
      'error: The terms of embeddinggemma were not accepted: ' +
        'https://ai.google.dev/gemma/terms [UNAVAILABLE]\n' +
        'hint: Read them, then run "alt models accept embeddinggemma".\n',
    );
    const accepted = await alt.run(['models', 'accept', 'gemma'], { env });
    expect(accepted.stdout).toBe(
      'Accepted the terms of embeddinggemma: https://ai.google.dev/gemma/terms\n',
    );
    const config = JSON.parse(readFileSync(join(home, 'config.json'), 'utf8')) as object;
    expect(config).toEqual({ accepted_models: ['embeddinggemma'] });
    const tried = await alt.run(['models', 'download', 'gemma', '--yes'], { env });
    expect(tried.stderr).toContain('failed: the server answered 404.');
  });
});
