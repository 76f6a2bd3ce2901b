/** The memory on several machines, from the command line and as docs/machines.md shows it. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALT, ended, openConsole, type Ran } from '../support/cli.js';
import { S3_KEYS, startS3 } from '../support/s3-server.js';
import { fork, idsOf, pairOfMachines, partsIn } from '../support/shipping.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const page = readFileSync(new URL('../../docs/machines.md', import.meta.url), 'utf8');

interface Step {
  readonly machine: string;
  readonly command: string;
}

/** The commands of a section, each with the machine that runs it. */
function commandsOf(title: string): Step[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(title)) ?? '';
  const lines = [...section.matchAll(/^(first|second|box)\$ (.+)$/gm)];
  return lines.map(([, machine = '', command = '']) => ({ machine, command }));
}

/** Two homes, a stick, and a syncer that brings ~/Sync from one to the other. */
class World {
  readonly #base = temporaryFolder();

  constructor() {
    for (const machine of ['first', 'second', 'box']) {
      mkdirSync(join(this.#base, machine, 'Sync'), { recursive: true });
    }
    mkdirSync(join(this.#base, 'stick'));
  }

  /** What the page calls so is called otherwise here. */
  readonly names: Record<string, string> = { '/media/usb': join(this.#base, 'stick') };
  /** What else is in the environment of everybody. */
  env: Readonly<Record<string, string>> = {};

  home(machine: string): string {
    return join(this.#base, machine);
  }

  /** Starts a command of the page as it is printed, but for names. */
  start({ machine, command }: Step): ChildProcessWithoutNullStreams {
    const home = this.home(machine);
    let script = command;
    for (const [name, here] of Object.entries(this.names)) script = script.replaceAll(name, here);
    // In a list the last command is replaced, so that a signal reaches it.
    const alt = `alt() { exec "${process.execPath}" "${ALT}" "$@"; }; ${script}`;
    const env = { PATH: process.env.PATH ?? '', HOME: home, USERPROFILE: home, ...this.env };
    const child = spawn('bash', ['-c', alt], { env });
    child.stdin.end();
    return child;
  }

  async run(step: Step): Promise<Ran> {
    const ran = await ended(this.start(step));
    this.#sync();
    return ran;
  }

  #sync(): void {
    const [first, second] = ['first', 'second'].map((name) => join(this.#base, name, 'Sync'));
    for (const [from = '', to = ''] of [
      [first, second],
      [second, first],
    ]) {
      cpSync(from, to, { recursive: true, force: false });
    }
  }
}

async function play(world: World, title: string, left: readonly string[] = []): Promise<Ran[]> {
  const commands = commandsOf(title).filter(({ machine }) => !left.includes(machine));
  expect(commands.length).toBeGreaterThan(3);
  const ran: Ran[] = [];
  for (const step of commands) {
    const result = await world.run(step);
    expect([step.command, result.code, result.stderr]).toEqual([step.command, 0, result.stderr]);
    ran.push(result);
  }
  return ran;
}

describe('docs/machines.md', { timeout: 120_000 }, () => {
  it('brings a memory from one laptop to the other on a stick, as printed', async () => {
    const ran = await play(new World(), 'Two laptops and a USB stick');
    const outputs = ran.map(({ stdout }) => stdout);
    expect(outputs[3]).toMatch(/^stick: \d+ events sent \(1 parts, \d+ bytes\)\n$/);
    expect(outputs[4]).toMatch(/^Cloned .*\norigin: \d+ events received \(1 parts, \d+ bytes\)\n$/);
    expect(outputs[5]).toContain('The spare key is with Ana.');
    expect(outputs[7]).toBe('origin: nothing to be received\n');
    expect(outputs[8]).toMatch(/^origin: 1 events sent/);
    expect(outputs[10]).toContain('Ana moves in June.');
    expect(outputs.at(-1)).toMatch(/^stick .* 1 events not shipped since \d{4}-/);
  });

  it('brings it through a syncer, and takes in a copy at hand, as printed', async () => {
    const world = new World();
    const synced = await play(world, 'A folder that a syncer carries');
    expect(synced.at(-1)?.stdout).toContain('Tell the press on Monday.');
    const merged = await play(world, 'Another copy at hand');
    expect(merged.at(-1)?.stdout).toContain('Book the room.');
  });

  it('makes a dimension again from a backup, as printed', async () => {
    const world = new World();
    await play(world, 'Two laptops and a USB stick');
    const outputs = (await play(world, 'Backups')).map(({ stdout }) => stdout);
    expect(outputs[2]).toMatch(/: 1 events copied \(1 parts, \d+ bytes\)\n$/);
    expect(outputs[3]).toMatch(/^Restored \d+ events to .*memory-again\.\n$/);
    expect(outputs[4]).toContain('The red key is lost.');
  });

  it('brings it through S3, as printed', async () => {
    const server = await startS3();
    const world = new World();
    Object.assign(world.names, {
      'https://s3.example.org': server.endpoint,
      'my-bucket': 'memories',
    });
    world.env = S3_KEYS;
    const ran = await play(world, 'S3-compatible storage');
    expect(ran.at(-1)?.stdout).toContain('The press kit is ready.');
    expect(ran.map(({ stderr }) => stderr).join('')).not.toContain('Warning');
  });

  it('brings it by a box that is always on, as printed', async () => {
    const world = new World();
    const port = String(await freePort());
    world.names['8317'] = port;
    const [make, serve, ...others] = commandsOf('An always-on box');
    expect(others.length).toBeGreaterThan(3);
    await world.run(make as Step);
    const { command, machine } = serve as Step;
    const box = world.start({ machine, command: `${command} --port ${port}` });
    await once(box.stdout, 'data');
    for (const name of ['first', 'second']) {
      cpSync(
        join(world.home('box'), '.alt-serve-token'),
        join(world.home(name), '.alt-serve-token'),
      );
    }
    const ran = await play(world, 'An always-on box', ['box']);
    expect(ran.at(-1)?.stdout).toContain('The boiler was serviced in May.');
    box.kill('SIGINT');
    expect((await ended(box)).code).toBe(130);
  });

  it('brings it encrypted, as printed', async () => {
    const world = new World();
    const commands = commandsOf('Encrypted');
    for (const step of commands) {
      const ran = await world.run(step);
      expect([step.command, ran.code, ran.stderr]).toEqual([step.command, 0, ran.stderr]);
      if (step.command === 'alt push') {
        cpSync(
          join(world.home('first'), 'alt-memory.key'),
          join(world.home('second'), 'alt-memory.key'),
        );
      }
      if (step === commands.at(-1)) expect(ran.stdout).toContain('in the blue folder');
    }
    expect(commands.length).toBeGreaterThan(5);
  });

  it('names every code that a report may give', () => {
    const source = new URL('../../src/machines/report.ts', import.meta.url);
    const codes = [...readFileSync(source, 'utf8').matchAll(/`(\w+)`/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(8);
    for (const code of codes) expect(page).toContain(`\`${code ?? ''}\``);
  });
});

describe('the commands', { timeout: 60_000 }, () => {
  const alt = openConsole();
  const other = openConsole();
  const stick = join(alt.home, 'stick');

  it('tell as JSON what was shipped, and what is not shipped yet', async () => {
    await alt.run(['init', '--embedder', 'numpy']);
    expect(await alt.json(['remote', 'list'])).toEqual([]);
    expect(await alt.json(['remote', 'add', 'usb', stick])).toEqual({ added: 'usb' });
    await alt.run(['add', '-w', 'work', '-r', 'notes', '-c', 'First.']);
    const [remote] = (await alt.json(['remote', 'list'])) as { unshipped: number }[];
    const { remotes } = (await alt.json(['status'])) as { remotes: unknown[] };
    expect(remotes).toEqual([remote]);
    expect(await alt.json(['push', 'usb'])).toEqual({
      remotes: [
        {
          remote: 'usb',
          location: stick,
          parts: 1,
          events: remote?.unshipped,
          bytes: expect.any(Number) as number,
          waiting: [],
          refused: [],
          error: null,
        },
      ],
    });
    const { stdout, code } = await alt.run(['push']);
    expect([stdout, code]).toEqual(['usb: nothing to be sent\n', 0]);
  });

  it('clone to the place of --dimension, or to a folder that is named', async () => {
    const cloned = (await other.json(['clone', stick])) as { path: string; parts: number };
    expect(cloned).toMatchObject({ path: other.dimension, remote: 'origin', parts: 1 });
    const again = await other.run(['clone', stick]);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('ALREADY_EXISTS')]);
    const named = join(other.home, 'named');
    expect((await other.bare(['clone', stick, named])).code).toBe(0);
    expect((await other.bare(['list', '--dimension', named])).stdout).toContain('First.');
  });

  it('end with 5 when something was refused, but not for the name of a file', async () => {
    await alt.run(['add', '-w', 'work', '-r', 'notes', '-c', 'Second.']);
    await alt.run(['push']);
    const path = join(stick, partsIn(stick).at(-1) ?? '');
    const good = readFileSync(path);
    const bad = Buffer.from(good);
    bad.writeUInt8(bad.readUInt8(bad.length - 4) ^ 1, bad.length - 4);
    writeFileSync(path, bad);
    const refused = await other.run(['pull']);
    expect([refused.code, refused.stdout]).toEqual([5, expect.stringContaining('1 refused:')]);
    writeFileSync(path, good);
    writeFileSync(path.replace('.part', '.sync-conflict-1.part'), good);
    const taken = await other.run(['pull']);
    expect([taken.code, taken.stdout]).toEqual([0, expect.stringContaining('1 events received')]);
    expect(taken.stdout).toContain('that is not the name of a part');
  });

  it('end with 1 when a remote cannot be reached, and 3 where there is none', async () => {
    const gone = await other.run(['remote', 'add', 'gone', join(other.home, 'no', 'where')]);
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('UNAVAILABLE')]);
    expect((await other.run(['push', 'nope'])).code).toBe(3);
    expect((await other.run(['remote', 'remove', 'origin'])).stdout).toBe(
      'Removed remote: origin\n',
    );
    const none = await other.run(['pull']);
    expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('alt remote add')]);
    const elsewhere = openedNowhere();
    expect((await alt.bare(['push', '--dimension', elsewhere])).code).toBe(3);
  });

  it('merge another copy, and refuse another memory', async () => {
    await other.run(['add', '-w', 'work', '-r', 'notes', '-c', 'Third.']);
    const merged = await alt.run(['merge', other.dimension]);
    expect(merged.stdout).toMatch(/: 1 events received/);
    const strange = openedNowhere();
    await alt.bare(['init', '--embedder', 'numpy', '--dimension', strange]);
    const refused = await alt.run(['merge', strange]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('--adopt')]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const openedNowhere = (): string => join(temporaryFolder(), 'none');

describe('a fork', { timeout: 60_000 }, () => {
  const alt = openConsole();

  it('is told of with what to do, and mended by repair once it may', async () => {
    const { a, b, base } = await pairOfMachines();
    const { dimension } = await fork(a, base);
    await dimension.close();
    const run = (...args: string[]): Promise<Ran> => {
      return alt.bare([...args, '--dimension', dimension.path]);
    };
    const pulled = await run('pull', 'usb');
    expect([pulled.code, pulled.stdout]).toEqual([5, expect.stringContaining('--mode fork')]);
    const asked = await run('repair', '--mode', 'fork');
    expect([asked.code, asked.stdout]).toEqual([5, expect.stringMatching(/^1 events of .* would/)]);
    const mended = await run('repair', '--mode', 'fork', '--yes', '--json');
    expect(JSON.parse(mended.stdout)).toMatchObject({ mended: true, moved: { lost: [] } });
    expect((await run('repair', '--mode', 'clock', '--yes')).stdout).toBe('Nothing to mend.\n');
    expect((await run('pull', 'usb')).code).toBe(0);
    expect((await run('push', 'usb')).code).toBe(0);
    await b.pull();
    expect(await idsOf(b)).toEqual(['a-1', 'branch-1', 'branch-1-more', 'branch-2']);
  });
});
