/**
 * `npm run bench -- [names…] [options]`: measures, prints, and writes docs/benchmarks.md.
 *
 * Names: see SUITES; all but recall and retrieval when none is given. Each runs in a process of its
 * own.
 *   --sizes 1k,10k,100k   how many memories (1k,10k unless given)
 *   --quick               fewer rounds; writes no page
 *   --real-vectors 20k    larger dimensions get synthetic vectors, and say so
 *   --data FOLDER         where the texts are
 *   --prepared FOLDER     keeps filled dimensions, or their vectors, there for the next run
 *   --set a,b --bulk --check   retrieval only; --check exits 1 when a set is below its floor;
 *                         a run of some sets writes no page
 *   --embedder NAME       retrieval only: another embedder than the default
 *   --peers               retrieval only: the Python original beside, from the package index
 *   --profile             writes a CPU profile of each suite to bench/results/
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder } from './lib/corpus.mjs';
import { buildIfMissing, ROOT } from './lib/library.mjs';
import { RAW, table, writeRaw, writeSection } from './lib/results.mjs';

const SUITES = [
  'add',
  'search',
  'views',
  'query',
  'embed',
  'fold',
  'follow',
  'machines',
  'cold',
  'mcp',
  'memory',
];
const ALL = [...SUITES, 'recall', 'retrieval'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sizes: { type: 'string', default: '1k,10k' },
    'real-vectors': { type: 'string', default: '20k' },
    quick: { type: 'boolean', default: false },
    data: { type: 'string' },
    prepared: { type: 'string' },
    set: { type: 'string' },
    bulk: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    embedder: { type: 'string' },
    peers: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
});

function toCount(size) {
  const match = /^(\d+)(k?)$/.exec(size);
  if (!match) throw new Error(`Not a size: ${size}`);
  return Number(match[1]) * (match[2] === 'k' ? 1000 : 1);
}

function runSuite(name, options, folder) {
  const out = join(folder, `${name}.json`);
  mkdirSync(RAW, { recursive: true });
  const profiling = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${RAW}`] : [];
  const child = join(ROOT, 'bench', 'lib', 'run-suite.mjs');
  const args = [...profiling, '--expose-gc', child, name, JSON.stringify(options), out];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`The suite ${name} failed.`);
  return JSON.parse(readFileSync(out, 'utf8'));
}

function report(name, result) {
  const { title, rows, markdown = table(rows), section = name } = result;
  process.stdout.write(`\n## ${title}\n\n${markdown}\n`);
  writeRaw(name, result);
  if (!values.quick && section !== null) writeSection(section, title, markdown);
}

const names = positionals.length > 0 ? positionals : SUITES;
const unknown = names.filter((name) => !ALL.includes(name));
if (unknown.length > 0)
  throw new Error(`Unknown: ${unknown.join(', ')}. There are: ${ALL.join(', ')}.`);
buildIfMissing();
const folder = mkdtempSync(join(tmpdir(), 'alt-memory-bench-run-'));
const prepared = values.prepared ? resolve(values.prepared) : join(folder, 'prepared');
const kept = values.prepared && prepared;
const sizes = values.sizes.split(',').map(toCount);
const realVectors = toCount(values['real-vectors']);
const options = { ...values, data: dataFolder(values.data), prepared, kept, sizes, realVectors };
try {
  const failures = [];
  for (const name of names) {
    const result = runSuite(name, options, folder);
    report(name, result);
    failures.push(...(result.failures ?? []));
  }
  for (const failure of failures) process.stderr.write(`below the floor: ${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
