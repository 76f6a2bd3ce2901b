import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ended, openConsole } from '../support/cli.js';

const alt = openConsole();
const add = (id: string): Promise<unknown> =>
  alt.run(['add', '-w', 'a', '-r', 'b', '-c', `text of ${id}`, '--id', id], {
    env: { ALT_SESSION: 'session-1' },
  });

interface History {
  readonly events: { readonly type: string; readonly actor: object; readonly data: object }[];
  readonly cursor: string;
}

beforeAll(async () => {
  await alt.run(['init', '--embedder', 'numpy']);
  await add('first');
});

/** Resolves once what the process printed holds the text. */
function printed(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  let all = '';
  return new Promise((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      all += chunk.toString();
      if (all.includes(text)) resolve();
    });
  });
}

describe('log', () => {
  it('shows what happened and who did it, newest first', async () => {
    const { stdout } = await alt.run(['log']);
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => line.slice(21).split(/ +/)[1]);
    expect(types).toEqual([
      'EntityAdded',
      'DomainDescribed',
      'RealmDescribed',
      'EmbedderChosen',
      'DimensionCreated',
    ]);
    const { events } = (await alt.json(['log', '--type', 'EntityAdded'])) as History;
    expect(events).toMatchObject([
      {
        type: 'EntityAdded',
        actor: { kind: 'cli', tool: 'add', session: 'session-1' },
        data: { entity_id: 'first', content: 'text of first' },
      },
    ]);
  });

  it('goes on from a cursor, and filters', async () => {
    const { cursor } = (await alt.json(['log', '-l', '1'])) as History;
    expect((await alt.run(['log', '--after', cursor])).stdout).toBe('No events found.\n');
    await add('second');
    const [since, ofOne, ofNone] = await Promise.all([
      alt.json(['log', '--after', cursor]) as Promise<History>,
      alt.json(['log', '--entity', 'first']) as Promise<History>,
      alt.json(['log', '--entity', 'none']) as Promise<History>,
    ]);
    expect([since, ofOne, ofNone].map(({ events }) => events.length)).toEqual([1, 1, 0]);
  });

  it('refuses a limit out of bounds', async () => {
    expect((await alt.run(['log', '--limit', '0'])).code).toBe(2);
  });

  it.runIf(process.platform !== 'win32')(
    'follows what other processes add until stopped',
    async () => {
      const args = ['log', '--follow', '--ndjson', '-l', '1', '--dimension', alt.dimension];
      const child = alt.start(args);
      const isOver = ended(child);
      await printed(child.stdout, '"second"');
      const isFollowed = printed(child.stdout, '"fourth"');
      await add('third');
      await add('fourth');
      await isFollowed;
      child.kill('SIGINT');
      const { stdout, code } = await isOver;
      const ids = stdout
        .trim()
        .split('\n')
        .map((line) => {
          return (JSON.parse(line) as { data: { entity_id: string } }).data.entity_id;
        });
      expect([ids, code]).toEqual([['second', 'third', 'fourth'], 130]);
    },
  );

  it.runIf(process.platform !== 'win32')('stops following when nobody reads', async () => {
    const child = alt.start(['log', '--follow', '-l', '1', '--dimension', alt.dimension]);
    const isOver = new Promise((resolve) => {
      child.on('exit', resolve);
    });
    await printed(child.stdout, 'fourth');
    child.stdout.destroy();
    await add('fifth');
    expect(await isOver).toBe(0);
  });
});

describe('verify', () => {
  it('proves the log', async () => {
    const { stdout, code } = await alt.run(['verify']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Verified: .*\n {2}Events: 9 in 6 commits\n {2}Segments: 1 of 1/);
    expect(await alt.json(['verify'])).toMatchObject({ ok: true, events: 9, problems: [] });
  });

  it('tells of a torn tail, which is no fault', async () => {
    const [replica = ''] = readdirSync(join(alt.dimension, 'log'));
    const folder = join(alt.dimension, 'log', replica);
    const [segment = ''] = readdirSync(folder);
    appendFileSync(join(folder, segment), Buffer.alloc(40));
    const { stdout, stderr, code } = await alt.run(['verify']);
    expect([code, /torn_tail|set aside/.test(stdout + stderr)]).toEqual([0, true]);
  });
});
