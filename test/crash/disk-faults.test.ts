/** A disk that refuses: nothing half-done is kept and nothing acknowledged is lost. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Child, useChildren } from '../support/child.js';
import {
  contentsOf,
  copyOf,
  expectVerified,
  expectWhole,
  open,
  useTemplate,
} from '../support/dimensions.js';
import { failingFiles, type Failure, type Operation } from '../support/failing-files.js';
import { runs } from '../support/level.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { textOf } from '../support/texts.js';

useChildren();
const template = useTemplate();

const CODES: Readonly<Record<string, string>> = { ENOSPC: 'DISK_FULL', EIO: 'IO_FAILED' };
const ERRNOS = Object.keys(CODES);
type Added = readonly [realm: string, domain: string, content: string];
const FIRST: Added = ['work', 'notes', 'The first after opening.'];
const SECOND: Added = ['other', 'place', 'The second, in a new realm.'];
const THIRD: Added = ['work', 'notes', 'The one after the fault.'];

/** Every call, or, where a test must be short, every seventh, others for each error. */
function chosen(calls: readonly unknown[], errno: string, from = 0): number[] {
  const step = runs(7, 1);
  const all = calls.slice(from).map((_, index) => from + index + 1);
  return all.filter((call) => call % step === ERRNOS.indexOf(errno) % step);
}

/** The file operations of opening a copy and adding to it: a copy begins a new log as well. */
async function operationsOf(...adds: Added[]) {
  const { files, calls } = failingFiles();
  const { dimension } = open(copyOf(template()), { files });
  for (const add of adds) await dimension.addEntity(...add);
  return [...calls];
}

async function addAll(path: string, failure: Failure): Promise<void> {
  const { files } = failingFiles(failure);
  const { dimension } = open(path, { files });
  const expected: Record<string, string> = {};
  let refusal: unknown;
  for (const add of [FIRST, SECOND]) {
    try {
      expected[await dimension.addEntity(...add)] = add[2];
    } catch (error) {
      refusal ??= error;
    }
  }
  if (refusal !== undefined) {
    const code = CODES[failure.errno];
    expect(refusal).toMatchObject({ name: 'AltError', code, hint: expect.any(String) as string });
  }
  expected[await dimension.addEntity(...THIRD)] = THIRD[2];
  await expectWhole(dimension, expected);
  await dimension.close();
  const again = open(path).dimension;
  await expectWhole(again, expected);
}

describe('a disk that fails once', { timeout: runs(60_000, 600_000) }, () => {
  it.each(ERRNOS)('with %s at any operation of two adds refuses that one add', async (errno) => {
    const calls = await operationsOf(FIRST, SECOND);
    expect(calls.length).toBeGreaterThan(20);
    for (const call of chosen(calls, errno)) {
      const operation = String(calls[call - 1]);
      try {
        await addAll(copyOf(template()), { call, errno });
      } catch (error) {
        throw new Error(`call ${String(call)}, ${operation}`, { cause: error });
      }
    }
  });

  it.each(ERRNOS)('with %s in the middle of a write leaves no byte of it', async (errno) => {
    for (const shortBytes of [1, 40, 300, 100_000]) {
      const writes = (await operationsOf(FIRST, SECOND)).filter((name) => name === 'write');
      const call = writes.length;
      await addAll(copyOf(template()), { operation: 'write', call, errno, shortBytes });
    }
  });

  it.each(ERRNOS)(
    'with %s while a dimension is made leaves none, or a whole one',
    async (errno) => {
      const { files, calls } = failingFiles();
      await open(join(temporaryFolder(), 'dimension'), { files }).dimension.init();
      for (const call of chosen(calls, errno)) {
        const path = join(temporaryFolder(), 'dimension');
        const failing = open(path, { files: failingFiles({ call, errno }).files }).dimension;
        const outcome = await failing.init().catch((error: unknown) => error);
        if (typeof outcome !== 'boolean') {
          const operation = calls[call - 1];
          expect({ operation, outcome }).toMatchObject({
            outcome: { name: 'AltError', code: CODES[errno], hint: expect.any(String) as string },
          });
        }
        await failing.close();
        const { dimension } = open(path);
        await dimension.init();
        await dimension.addEntity(...THIRD);
        expect(Object.values(await contentsOf(dimension))).toEqual([THIRD[2]]);
        await expectVerified(dimension);
      }
    },
  );

  it.each(ERRNOS)('with %s at any operation of a rebuild leaves the old views', async (errno) => {
    const { files, calls } = failingFiles();
    const counted = open(copyOf(template()), { files }).dimension;
    await counted.status();
    const before = calls.length;
    await counted.rebuild();
    for (const call of chosen(calls, errno, before)) {
      const path = copyOf(template());
      const { dimension } = open(path, { files: failingFiles({ call, errno }).files });
      await dimension.status();
      const outcome = await dimension.rebuild().catch((error: unknown) => error);
      if (outcome instanceof Error) {
        const operation = calls[call - 1];
        expect({ operation, outcome }).toMatchObject({ outcome: { code: CODES[errno] } });
      }
      await expectWhole(dimension);
    }
  });
});

describe('a disk that goes on failing', () => {
  const STEPS: readonly Operation[] = ['write', 'sync', 'truncate'];

  it.each(ERRNOS)(
    'with %s refuses every add, and takes them again when it works',
    async (errno) => {
      const failures = STEPS.flatMap((operation) => {
        return Array.from({ length: 12 }, (_, index) => ({ operation, call: index + 5, errno }));
      });
      const { files } = failingFiles(...failures);
      const path = copyOf(template());
      const { dimension } = open(path, { files });
      const expected: Record<string, string> = {};
      let refused = 0;
      for (let n = 0; n < 40; n += 1) {
        const text = `Try number ${String(n)}.`;
        try {
          expected[await dimension.addEntity('work', 'notes', text)] = text;
        } catch (error) {
          expect(error).toMatchObject({ name: 'AltError', code: CODES[errno] });
          refused += 1;
        }
      }
      expect(refused).toBeGreaterThan(3);
      expect(Object.keys(expected).length).toBeGreaterThan(3);
      expect(await contentsOf(dimension)).toMatchObject(expected);
      await expectVerified(dimension);
    },
  );
});

describe.skipIf(process.platform === 'win32')('views that may not grow', () => {
  it('do not make an add fail: it is said, and there when there is room again', async () => {
    const path = join(temporaryFolder(), 'dimension');
    await open(path).dimension.init();
    const options = { name: 'kept', count: 200, fileBytesMax: 320 * 1024 };
    const lines = await new Child('fill', path, options).ended();
    const warned = lines.findIndex(({ warning }) => warning?.code === 'VIEWS_BEHIND');
    expect(warned).toBeGreaterThan(0);
    const added = lines.flatMap((line) => line.added ?? []);
    // The add that was under way when the views fell behind was acknowledged all the same.
    expect(lines[warned + 1]?.added).toBe(lines[warned - 1]?.adding);
    const refusal = lines.find(({ error }) => error !== undefined);
    expect(refusal).toMatchObject({ error: 'AltError', hint: expect.any(String) as string });

    const { dimension } = open(path);
    expect(await contentsOf(dimension)).toEqual(
      Object.fromEntries(added.map((id) => [id, textOf(id)])),
    );
    await expectVerified(dimension);
  });
});
