/** Resident memory of a process that holds a dimension open: index, model and caches included. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { questions } from '../lib/corpus.mjs';
import { prepared, vectorsNote } from '../lib/prepared.mjs';
import { load } from '../lib/timing.mjs';

export const TITLE = 'Memory';
const BUDGET_MIB = 600;
const BUDGET_SIZE = 100_000;
const PROBE = fileURLToPath(new URL('../lib/memory-probe.mjs', import.meta.url));

async function measureSize(options, size, asked) {
  const path = await prepared(options, size);
  // Filling took memory of its own: what is measured is a process that only opens and searches.
  const args = [PROBE, path, JSON.stringify(asked)];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const { imported, opened, searched, peak } = JSON.parse(stdout);
  const met = searched <= BUDGET_MIB;
  const budget = size < BUDGET_SIZE ? undefined : { text: `<= ${BUDGET_MIB} MiB`, met };
  const row = (work, p50) => ({ work, size, p50, unit: 'MiB resident', load: load() });
  return [
    row('the library imported', imported),
    row('opened, one page listed', opened),
    {
      ...row(`after ${asked.length} hybrid searches`, searched),
      budget,
      note: vectorsNote(options, size),
    },
    row('the most it ever held', peak),
  ];
}

export async function run(options) {
  const asked = questions(options.data);
  const rows = [];
  for (const size of options.sizes) {
    rows.push(...(await measureSize(options, size, asked)));
  }
  return { rows };
}
