/** One-shot commands from process start to exit, in turns with a bare `node -e 0`. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PROGRAMS } from '../lib/library.mjs';
import { questions } from '../lib/corpus.mjs';
import { summary } from '../lib/numbers.mjs';
import { prepared } from '../lib/prepared.mjs';
import { alternately, load } from '../lib/timing.mjs';

export const TITLE = 'Cold starts';
const PROBE = fileURLToPath(new URL('../lib/cold-probe.mjs', import.meta.url));
const BARE = 'node -e 0';
const BUDGETS_MS = { 'alt --version': 80, 'alt status': 200, 'alt search': 450, 'alt hook': 50 };

function commandsOn(path, question) {
  const commands = {
    [BARE]: ['-e', '0'],
    'library: open, status': [PROBE, path],
    'library: open, search by meaning': [PROBE, path, question],
  };
  if (existsSync(PROGRAMS.alt)) {
    commands['alt --version'] = [PROGRAMS.alt, '--version'];
    commands['alt status'] = [PROGRAMS.alt, '--dimension', path, 'status'];
    commands['alt search'] = [PROGRAMS.alt, '--dimension', path, 'search', question];
  }
  return commands;
}

function runOnce(args) {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`);
}

export async function run(options) {
  const size = Math.min(...options.sizes);
  const path = await prepared(options, size);
  const commands = commandsOn(path, questions(options.data)[0]);
  const works = Object.fromEntries(
    Object.entries(commands).map(([name, args]) => [name, () => runOnce(args)]),
  );
  const times = await alternately(works, { rounds: options.quick ? 7 : 21, warmUp: 2 });
  const floor = { what: BARE, value: summary(times[BARE]).p50 };
  const rows = Object.keys(commands).map((name) => {
    const own = summary({ ms: times[name].ms });
    const overMs = own.p50 - floor.value;
    const budgetMs = BUDGETS_MS[name];
    const text = `${Math.round(overMs)} ms over it; <= ${budgetMs}`;
    const budget = budgetMs && { text, met: overMs <= budgetMs };
    return { work: name, size, ...own, floor, ratio: own.p50 / floor.value, budget, load: load() };
  });
  const markdown = existsSync(PROGRAMS.alt) ? {} : { missing: 'The command line is not built.' };
  return { rows, ...markdown };
}
