import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FileLock, nodeFiles, type Release } from '../../events/index.js';
import { failingFiles } from '../support/failing-files.js';
import { runs } from '../support/level.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const lockPath = (): string => join(temporaryFolder(), 'lock.db');

function lockAt(path: string, label = 'test'): FileLock {
  const lock = new FileLock(path, { files: nodeFiles, label });
  onTestFinished(() => {
    lock.close();
  });
  return lock;
}

const isFree = (path: string): boolean => {
  const release = lockAt(path).tryAcquire();
  release?.();
  return release !== undefined;
};

/** Another process that holds the lock. */
async function holderOf(path: string): Promise<ChildProcess> {
  lockAt(path).tryAcquire()?.();
  const holder = spawn(process.execPath, [join(ROOT, 'test/support/lock-holder.mjs'), path]);
  onTestFinished(() => {
    holder.kill('SIGKILL');
  });
  await once(holder.stdout, 'data');
  return holder;
}

describe('a lock', () => {
  it('is one holder’s at a time, also of one process', async () => {
    const path = lockPath();
    const [first, second] = [lockAt(path), lockAt(path)];
    const release = await first.acquire();
    expect([first.tryAcquire(), second.tryAcquire()]).toEqual([undefined, undefined]);
    await expect(second.acquire(20)).rejects.toMatchObject({ code: 'BUSY' });
    release();
    const again = second.tryAcquire();
    expect(again).toBeDefined();
    expect(first.tryAcquire()).toBeUndefined();
    again?.();
    expect(isFree(path)).toBe(true);
  });

  it('is let go once, however often its release is called', async () => {
    const path = lockPath();
    const lock = lockAt(path);
    const release = await lock.acquire();
    release();
    const next = lock.tryAcquire();
    release();
    expect(isFree(path)).toBe(false);
    next?.();
  });

  it('goes to the calls of one process in the order they were made', async () => {
    const lock = lockAt(lockPath());
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3, 4, 5].map(async (n) => {
        const release = await lock.acquire();
        order.push(n);
        await new Promise(setImmediate);
        release();
      }),
    );
    expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  it('is not taken by who does not wait while others do', async () => {
    const lock = lockAt(lockPath());
    const release = await lock.acquire();
    const waiting = lock.acquire();
    release();
    expect(lock.tryAcquire()).toBeUndefined();
    (await waiting)();
    const free = lock.tryAcquire();
    expect(free).toBeDefined();
    free?.();
  });

  it('goes to the next in line when one before has given up', async () => {
    const path = lockPath();
    const other = lockAt(path);
    const lock = lockAt(path);
    const release = await other.acquire();
    const refused = expect(lock.acquire(10)).rejects.toMatchObject({ code: 'BUSY' });
    const next = lock.acquire(5_000);
    await refused;
    release();
    (await next)();
  });

  it('leaves the event loop free while it waits', async () => {
    const path = lockPath();
    const release = await lockAt(path).acquire();
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await expect(lockAt(path).acquire(100)).rejects.toMatchObject({ code: 'BUSY' });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
    release();
  });
});

describe('a lock that another process holds', () => {
  it('is refused with the pid of its holder', async () => {
    const path = lockPath();
    const holder = await holderOf(path);
    const lock = lockAt(path);
    expect(lock.tryAcquire()).toBeUndefined();
    const pid = String(holder.pid);
    await expect(lock.acquire(20)).rejects.toMatchObject({
      code: 'BUSY',
      message: `Another process (${pid} holder) held the dimension for 20 ms.`,
      details: { holder: `${pid} holder` },
    });
  });

  it('is free when that lets it go', async () => {
    const path = lockPath();
    const holder = await holderOf(path);
    const waiting = lockAt(path).acquire(10_000);
    holder.stdin?.end();
    (await waiting)();
  });

  it('is free when that is killed', async () => {
    const path = lockPath();
    const holder = await holderOf(path);
    const waiting = lockAt(path).acquire(10_000);
    holder.kill('SIGKILL');
    (await waiting)();
  });

  it('is told by the name that this process leaves', async () => {
    const path = lockPath();
    const release = await lockAt(
      path,
      'alt mine, a label that is far too long for the file',
    ).acquire();
    const said = readFileSync(`${path}.holder`, 'utf8');
    expect(said.length).toBe(64);
    expect(said.startsWith(`${String(process.pid)} alt mine, a label`)).toBe(true);
    release();
  });
});

describe('the file of a lock', () => {
  it('is made with a holder’s name beside it, and nothing else ever', async () => {
    const path = lockPath();
    const folder = join(path, '..');
    const lock = lockAt(path);
    const release = await lock.acquire();
    const before = readdirSync(folder).sort();
    expect(before).toEqual(['lock.db', 'lock.db.holder']);
    const bytes = readFileSync(path);
    release();
    for (let n = 0; n < 50; n += 1) {
      const again = await lock.acquire();
      expect(readdirSync(folder).sort()).toEqual(before);
      again();
    }
    lock.close();
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(readFileSync(path)).toEqual(bytes);
  });

  it('is opened anew when another one has taken its place', async () => {
    const path = lockPath();
    const lock = lockAt(path);
    (await lock.acquire())();
    renameSync(path, `${path}.old`);
    const other = lockAt(path);
    const held = await other.acquire();
    expect(lock.tryAcquire()).toBeUndefined();
    await expect(lock.acquire(20)).rejects.toMatchObject({ code: 'BUSY' });
    held();
    (await lock.acquire(1_000))();
  });

  it('is refused in words when it cannot be opened', () => {
    const { files } = failingFiles({ operation: 'stat', call: 1, errno: 'EACCES' });
    const lock = new FileLock(lockPath(), { files, label: 'test' });
    expect(() => lock.tryAcquire()).toThrow(
      expect.objectContaining({
        code: 'READ_ONLY',
        message: 'Opening the lock failed: EACCES: injected.',
      }) as Error,
    );
    const path = lockPath();
    writeFileSync(path, 'no database, and longer than the header of one'.repeat(50));
    expect(() => lockAt(path).tryAcquire()).toThrow(
      expect.objectContaining({ code: 'IO_FAILED' }) as Error,
    );
  });
});

describe('contenders', () => {
  it('in one process all get their turns', async () => {
    const path = lockPath();
    let inside = 0;
    let total = 0;
    const contend = async (lock: FileLock): Promise<void> => {
      for (let n = 0; n < runs(50, 200); n += 1) {
        const release: Release = await lock.acquire();
        inside += 1;
        expect(inside).toBe(1);
        await Promise.resolve();
        inside -= 1;
        total += 1;
        release();
      }
    };
    await Promise.all(Array.from({ length: 8 }, () => contend(lockAt(path))));
    expect(total).toBe(8 * runs(50, 200));
  });

  it('in eight processes take the lock 200 times each and never meet', async () => {
    const path = lockPath();
    const counter = join(path, '..', 'counter');
    writeFileSync(counter, '0');
    const program = [
      join(ROOT, 'test/tools/from-source.mjs'),
      ...['test/support/lock-contender.ts', path, counter, '200'],
    ];
    const exits = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const child = spawn(process.execPath, program, { stdio: ['ignore', 'ignore', 'inherit'] });
        const [code] = (await once(child, 'exit')) as [number | null];
        return code;
      }),
    );
    expect(exits).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(readFileSync(counter, 'utf8')).toBe('1600');
    expect(isFree(path)).toBe(true);
  });
});
