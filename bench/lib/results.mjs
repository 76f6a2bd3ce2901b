/**
 * What was measured: raw rows as JSON in bench/results/ (not kept in the repository) or in the
 * folder ALT_BENCH_RESULTS, and tables in docs/benchmarks.md, which only benches write. A run
 * replaces the sections it measured.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './library.mjs';
import { short } from './numbers.mjs';

export const RAW = process.env.ALT_BENCH_RESULTS ?? join(ROOT, 'bench', 'results');
const PAGE = join(ROOT, 'docs', 'benchmarks.md');

const HEAD = `# Benchmarks

Written by \`npm run bench\`; do not edit. Each figure stands beside a floor that was measured in
the same run, in turns: the ratio says more than the milliseconds. \`cpu\` is the median processor
time of the measuring process, which other work on the machine disturbs less. Budgets that were
missed are bold; \`load\` is the machine's at the time.
`;

/** Kept for whoever wants to look closer. */
export function writeRaw(name, data) {
  mkdirSync(RAW, { recursive: true });
  const day = new Date().toISOString().slice(0, 10);
  const path = join(RAW, `${day}-${name}.json`);
  writeFileSync(path, `${JSON.stringify({ machine: machine(), ...data }, undefined, 1)}\n`);
}

/** The machine, without names of hosts or people. */
function machine() {
  const [first] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  const processors = `${cpus().length} x ${first?.model.trim() ?? 'unknown processor'}`;
  return `${platform()} ${arch()}, ${processors}, ${gib} GiB, Node ${process.version}`;
}

/**
 * A row: `{ work, size, p10, p50, p95, p99, cpu, unit, floor: { what, value, cpu }, ratio,
 * budget: { text, met }, load, note }`; everything but `work` may be absent.
 */
export function table(rows) {
  const lines = [
    '| work | entities | p10 | p50 | p95 | p99 | cpu | unit | floor | ratio | budget | load |',
    '|---|--:|--:|--:|--:|--:|--:|---|---|--:|---|--:|',
  ];
  for (const row of rows) lines.push(`| ${cellsOf(row).join(' | ')} |`);
  const notes = rows.filter(({ note }) => note).map(({ work, note }) => `- ${work}: ${note}`);
  return [...lines, ...(notes.length > 0 ? ['', ...new Set(notes)] : [])].join('\n');
}

function cellsOf(row) {
  const { work, size, p10, p50, p95, p99, cpu, unit = 'ms', floor, ratio, budget, load } = row;
  const numbers = [p10, p50, p95, p99, cpu].map((value) =>
    value === undefined ? '' : short(value),
  );
  const floorCell = floor ? floorText(floor) : '';
  const count = size === undefined ? '' : size.toLocaleString('en');
  const verdict = budget ? `${budget.text}: ${budget.met ? 'met' : '**over budget**'}` : '';
  const ratioCell = ratio === undefined ? '' : short(ratio);
  return [work, count, ...numbers, unit, floorCell, ratioCell, verdict, load ?? ''];
}

function floorText({ what, value, cpu }) {
  return `${short(value)}${cpu === undefined ? '' : `, cpu ${short(cpu)}`} (${what})`;
}

const markers = (name) => [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];

/** Replaces the section of that bench in the page, or adds it at the end. */
export function writeSection(name, title, markdown) {
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : HEAD;
  const [open, close] = markers(name);
  const day = new Date().toISOString().slice(0, 10);
  const body = `## ${title}\n\n${day}, ${machine()}.\n\n${markdown}`;
  const section = `${open}\n\n${body}\n\n${close}`;
  const start = page.indexOf(open);
  const end = page.indexOf(close);
  const written =
    start >= 0 && end > start
      ? page.slice(0, start) + section + page.slice(end + close.length)
      : `${page.trimEnd()}\n\n${section}\n`;
  writeFileSync(PAGE, written);
}
