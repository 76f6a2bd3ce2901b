/** What a disk that refuses leaves behind: nothing of the commit, and a log that goes on. */
import { describe, expect, it } from 'vitest';
import type { Files } from '../../events/index.js';
import { failingFiles, type FailingFiles, type Failure } from '../support/failing-files.js';
import { contents, memory, WrittenLog } from '../support/written-log.js';

const ERRNOS = { ENOSPC: 'DISK_FULL', EACCES: 'READ_ONLY', EIO: 'IO_FAILED' } as const;

/** A log in which the next append takes every step that there is from that state. */
const STATES: Readonly<Record<string, (log: WrittenLog) => void>> = {
  'the first segment': () => undefined,
  'an open segment': (log) => {
    log.append('before');
  },
  'a segment after a full one': (log) => {
    log.append('before');
    log.seal();
  },
};

function append(log: WrittenLog, files: Files): void {
  const writer = log.writer(files);
  try {
    log.appendEvents([memory('refused'), memory('refused too')], writer);
  } finally {
    writer.close();
  }
}

/** The steps of an append from that state, as calls to the disk. */
function stepsFrom(prepare: (log: WrittenLog) => void): FailingFiles['calls'] {
  const log = new WrittenLog();
  prepare(log);
  const { files, calls } = failingFiles();
  append(log, files);
  return calls.filter((call) => call !== 'close');
}

/** Fails an append and checks what a fresh reader sees, and that writing goes on. */
function expectNothingKept(
  prepare: (log: WrittenLog) => void,
  failures: readonly Failure[],
): string {
  const log = new WrittenLog();
  prepare(log);
  const { head } = log;
  const before = contents(log.read());
  let code = 'none';
  try {
    append(log, failingFiles(...failures).files);
  } catch (error) {
    code = (error as { code: string }).code;
  }
  const read = log.read();
  const label = JSON.stringify(failures);
  expect([label, contents(read), read.end.kind]).toEqual([label, before, 'end']);
  expect(read.head.seq).toBe(head.seq);
  log.head = read.head;
  log.appendEvents([memory('after')], log.writer());
  expect([label, contents(log.read())]).toEqual([label, [...before, 'after']]);
  expect(log.read().end.kind).toBe('end');
  return code;
}

describe.each(Object.entries(STATES))('appending to %s', (_, prepare) => {
  it.each(Object.entries(ERRNOS))('keeps nothing when any step fails with %s', (errno, code) => {
    const steps = stepsFrom(prepare);
    const codes = steps.map((_step, index) => {
      return expectNothingKept(prepare, [{ call: index + 1, errno }]);
    });
    expect(codes).toEqual(steps.map(() => code));
  });

  it('keeps nothing of a write that stops after any number of bytes', () => {
    const steps = stepsFrom(prepare);
    const writes = steps.filter((step) => step === 'write').length;
    for (let call = 1; call <= writes; call += 1) {
      for (const shortBytes of [1, 41, 60, 103, 104, 200, 300, 400]) {
        const failure: Failure = { operation: 'write', call, errno: 'ENOSPC', shortBytes };
        expect(expectNothingKept(prepare, [failure])).toBe('DISK_FULL');
      }
    }
  });
});

describe('the steps of an append', () => {
  it('are these, so that no failure above was left out', () => {
    const steps = Object.values(STATES).map((prepare) => stepsFrom(prepare).join(' '));
    expect(steps).toEqual([
      'stat stat stat makeFolder syncFolder makeFolder syncFolder ' +
        'open write sync syncFolder write sync',
      'open read write sync',
      'stat open write sync syncFolder write sync',
    ]);
  });
});

describe('a disk that also refuses to take a failed write back', () => {
  it('leaves a tail, which the next holder of the lock cuts off', () => {
    const log = new WrittenLog();
    log.append('before');
    const failures: Failure[] = [
      { operation: 'write', call: 1, errno: 'ENOSPC', shortBytes: 200 },
      { operation: 'truncate', call: 1, errno: 'EIO' },
    ];
    const { head } = log;
    expect(() => {
      append(log, failingFiles(...failures).files);
    }).toThrow(expect.objectContaining({ code: 'DISK_FULL' }) as Error);
    const { end, commits } = log.read();
    expect([end.kind, end.offset, contents({ commits })]).toEqual([
      ...['tail', head.offset, ['before']],
    ]);
    log.log.cutTail('1a'.repeat(16), end);
    log.head = log.read().head;
    log.appendEvents([memory('after')], log.writer());
    expect(contents(log.read())).toEqual(['before', 'after']);
  });

  it('leaves the whole commit when only the sync failed: it is read, never half of it', () => {
    const log = new WrittenLog();
    log.append('before');
    const failures: Failure[] = [
      { operation: 'sync', call: 1, errno: 'EIO' },
      { operation: 'truncate', call: 1, errno: 'EIO' },
    ];
    expect(() => {
      append(log, failingFiles(...failures).files);
    }).toThrow(expect.objectContaining({ code: 'IO_FAILED' }) as Error);
    expect(contents(log.read())).toEqual(['before', 'refused', 'refused too']);
  });
});

describe('a writer', () => {
  it('goes on with the same object after a failure', () => {
    const log = new WrittenLog();
    log.append('before');
    const writer = log.writer(failingFiles({ operation: 'sync', call: 1, errno: 'EIO' }).files);
    expect(() => log.appendEvents([memory('refused')], writer)).toThrow('EIO');
    log.head = log.read().head;
    log.appendEvents([memory('after')], writer);
    expect(contents(log.read())).toEqual(['before', 'after']);
  });

  it('goes on after a segment that it began and could not write to', () => {
    const log = new WrittenLog();
    const writer = log.writer(failingFiles({ operation: 'write', call: 2, errno: 'EIO' }).files);
    expect(() => log.appendEvents([memory('refused')], writer)).toThrow('EIO');
    const { head } = log.read();
    expect(head).toMatchObject({ seq: 0, segment: 1, offset: 104 });
    log.head = head;
    log.appendEvents([memory('after')], writer);
    expect(contents(log.read())).toEqual(['after']);
    expect(log.log.segments('1a'.repeat(16))).toEqual([1]);
  });
});
