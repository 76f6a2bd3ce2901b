import { describe, expect, it } from 'vitest';
import { AltError, ERROR_CODES, isAltError, systemError } from '../../events/index.js';
import { systemFailure } from '../support/failing-files.js';

describe('error codes', () => {
  it('are these, with these exit codes', () => {
    const exits = Object.entries(ERROR_CODES).map(([code, { exit }]) => `${code} ${String(exit)}`);
    expect(exits).toEqual([
      'INVALID_ARGUMENT 2',
      'TOO_LARGE 2',
      'NOT_FOUND 3',
      'ALREADY_EXISTS 1',
      'CONFLICT 1',
      'PATH_DENIED 1',
      'DIMENSION_NOT_FOUND 3',
      'DIMENSION_DAMAGED 5',
      'DIMENSION_CLOSED 1',
      'OTHER_DIMENSION 1',
      'MIGRATION_REQUIRED 5',
      'UPGRADE_REQUIRED 5',
      'LOG_DAMAGED 5',
      'VIEWS_DAMAGED 5',
      'CACHE_DAMAGED 5',
      'CONFIG_DAMAGED 1',
      'BUSY 4',
      'DISK_FULL 1',
      'READ_ONLY 1',
      'IO_FAILED 1',
      'UNAVAILABLE 1',
      'EMBEDDING_FAILED 1',
      'CANCELLED 130',
      'INTERNAL 1',
    ]);
  });

  it('each say in a sentence what they mean and what to do next', () => {
    const said = Object.values(ERROR_CODES).flatMap(({ means, hint }) => [means, hint]);
    expect(said.filter((sentence) => !/^\w.*\.$/.test(sentence))).toEqual([]);
  });
});

describe('AltError', () => {
  it('is known by its name and code, also from another copy of the package', () => {
    const foreign = Object.assign(new Error('x'), { name: 'AltError', code: 'BUSY' });
    const own = new AltError('BUSY', 'x', { hint: 'y', details: { pid: 1 } });
    expect([isAltError(own), isAltError(own, 'BUSY'), isAltError(own, 'NOT_FOUND')]).toEqual([
      ...[true, true, false],
    ]);
    expect([isAltError(foreign, 'BUSY'), isAltError(new Error('x'))]).toEqual([true, false]);
    expect(own).toMatchObject({ code: 'BUSY', hint: 'y', details: { pid: 1 } });
  });

  it('has a hint, also when whoever made it gave none', () => {
    expect(new AltError('BUSY', 'x').hint).toBe(ERROR_CODES.BUSY.hint);
  });
});

describe('systemError', () => {
  it('names the work and gives the code that the cause calls for', () => {
    const codes = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOENT'];
    const errors = codes.map((code) => systemError(systemFailure(code), 'Writing'));
    expect(errors.map(({ code }) => code)).toEqual([
      ...['DISK_FULL', 'DISK_FULL', 'DISK_FULL'],
      ...['READ_ONLY', 'READ_ONLY', 'READ_ONLY'],
      ...['IO_FAILED', 'IO_FAILED'],
    ]);
    expect(errors[0]?.message).toBe('Writing failed: ENOSPC: injected.');
    expect(errors[0]?.hint).toBe('Free some space and run the command again; nothing was lost.');
  });

  it('leaves an AltError as it is and takes anything else that was thrown', () => {
    const own = new AltError('BUSY', 'x');
    expect(systemError(own, 'Writing')).toBe(own);
    expect(systemError('odd', 'Writing')).toMatchObject({
      code: 'IO_FAILED',
      message: 'Writing failed: odd.',
    });
  });
});
