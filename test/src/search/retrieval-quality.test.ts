/**
 * What hybrid search finds on sets of others, through the public interface: the floors of
 * bench/lib/measures.mjs, asked of the built library by the bench itself.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runs } from '../../support/level.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const BENCH = path('../../../bench/run.mjs');
const DATA = path('../../fixtures/retrieval');
/** Thousands of passages are embedded the first time. */
const TIMEOUT_MS = 60 * 60_000;

/** Sets that are carried in the repository: embedding the large ones takes minutes. */
const SETS = [
  'devbench',
  ...(runs(0, 1) ? ['lme', 'xquad-en', 'xquad-zh', 'xquad-hi', 'scifact'] : []),
];

describe('hybrid search', () => {
  it.each(SETS)(
    'finds what it is to find in %s',
    (set) => {
      const args = [BENCH, 'retrieval', '--set', set, '--data', DATA, '--quick', '--check'];
      const env = { ...process.env, ALT_BENCH_RESULTS: temporaryFolder() };
      const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
      const problems = stderr.split('\n').filter((line) => line.startsWith('below the floor'));
      expect({ status, problems }).toEqual({ status: 0, problems: [] });
    },
    TIMEOUT_MS,
  );
});
