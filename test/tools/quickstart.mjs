/**
 * `npm run quickstart`: from a fresh clone to a memory that works, each step with its command and
 * its result, so that a newcomer learns the product by watching it once.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const alt = join(root, 'dist', 'alt.js');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

function say(text) {
  process.stdout.write(`${text}\n`);
}

function fail(what, result) {
  process.stderr.write(`\n${what} failed.\n${result.stdout ?? ''}${result.stderr ?? ''}\n`);
  process.exit(1);
}

function prepare(what, args) {
  say(`\n▸ ${what}\n  $ npm ${args.join(' ')}`);
  const result = spawnSync(npm, args, { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) fail(`npm ${args.join(' ')}`, result);
}

/** node_modules holds what the lock file says, as far as npm itself remembers. */
function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}

if (!isInstalled()) prepare('Install what the lock file names.', ['ci']);
prepare('Build the command.', ['run', 'build']);

const home = mkdtempSync(join(tmpdir(), 'alt-quickstart-'));
const dimension = join(home, 'memory');
const environment = { ...process.env, HOME: home, ALT_DIM_PATH: dimension, NO_COLOR: '1' };

/** Runs `alt` and shows the first lines of what it says. */
function run(why, args, lines = 8) {
  const shown = args.map((arg) => (/[\s"'?]/.test(arg) ? JSON.stringify(arg) : arg)).join(' ');
  say(`\n▸ ${why}\n  $ alt ${shown}`);
  const result = spawnSync(process.execPath, [alt, ...args], {
    cwd: root,
    env: environment,
    encoding: 'utf8',
  });
  if (result.status !== 0) fail(`alt ${shown}`, result);
  const output = result.stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line.trim() !== '');
  for (const line of output.slice(0, lines)) say(`  ${line.slice(0, 110)}`);
  if (output.length > lines) say(`  … ${output.length - lines} more lines`);
  return result.stdout;
}

run('Make a dimension: a folder whose log is the memory.', ['init']);
run('Remember one thing.', [
  'add',
  '--realm',
  'home',
  '--domain',
  'garage',
  '--content',
  "I spent the weekend fixing my car's brakes",
]);
run('Find it by meaning: the question shares no word with it.', [
  'search',
  'automobile repair',
  '--limit',
  '1',
]);
for (const path of ['docs', 'README.md', 'CHANGELOG.md']) {
  run(`Mine this repository's own Markdown: ${path}.`, ['mine', path, '--realm', 'alt', '--quiet']);
}
run('Ask in words and meaning together (hybrid, the default).', [
  'search',
  'What happens to a write that was never finished?',
  '--limit',
  '2',
]);
run('Ask by meaning only.', [
  'search',
  'surviving a power cut',
  '--mode',
  'vector',
  '--limit',
  '1',
]);
run('Ask for exact words.', ['search', 'quarantine AND tail', '--mode', 'keyword', '--limit', '1']);
run('Say that something holds.', ['kg-add', '-s', 'LoginBug', '-p', 'affects', '-o', 'Safari']);
run('Say that it no longer does.', [
  'kg-invalidate',
  '-s',
  'LoginBug',
  '-p',
  'affects',
  '-o',
  'Safari',
]);
run('See what is known about it.', ['kg-query', 'LoginBug']);

const before = JSON.parse(run('Prove the log and the views.', ['verify', '--json'], 3));

say('\n▸ Delete every view and every index. Only the log and two small files stay.');
for (const name of readdirSync(dimension)) {
  if (['dimension.json', 'replica.json', 'log'].includes(name)) continue;
  rmSync(join(dimension, name), { recursive: true, force: true });
  say(`  removed ${name}`);
}
run('Fold the log again.', ['rebuild']);
const after = JSON.parse(run('Prove that nothing changed.', ['verify', '--json'], 3));
if (!before.ok || !after.ok || before.digest !== after.digest) {
  fail('The comparison', { stdout: JSON.stringify({ before, after }, undefined, 2) });
}
say(`  the same digest as before: ${after.digest}`);
run('And it is still found.', ['search', 'automobile repair', '--realm', 'home']);

rmSync(home, { recursive: true, force: true });
say('\nDone. Next: alt init, then alt add, alt search, alt mine, alt mcp. See README.md.');
