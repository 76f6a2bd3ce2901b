/**
 * The Python original as it is published, in a virtual environment of its own under the user's
 * cache folder. It is asked through its public interface; none of its code is kept here.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../lib/library.mjs';

const PACKAGE = 'alt-memory==4.5.2';
const DRIVER = fileURLToPath(new URL('original.py', import.meta.url));
const PYTHON = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
const OUTPUT_BYTES_MAX = 256 * 2 ** 20;

/** Its rows in the report: how its memories are added, and what its driver calls that. */
export const PEER_WAYS = [
  { name: 'original, in bulk', way: 'bulk' },
  { name: 'original, one at a time', way: 'single' },
];

function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(base, 'alt-memory-bench', PACKAGE.replace('==', '-'));
}

/** Makes the environment unless it is there. @returns its Python */
function environment() {
  const folder = cacheFolder();
  const python = join(folder, ...PYTHON);
  const options = { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' };
  if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', folder], options);
  const isThere = spawnSync(python, ['-c', 'import alt_memory'], options).status === 0;
  if (!isThere) execFileSync(python, ['-m', 'pip', 'install', '--quiet', PACKAGE], options);
  return python;
}

/** Why there is no peer, in one line. */
function reasonOf(error) {
  const said = String(error.stderr ?? '').trim();
  return (said === '' ? error.message : said).split('\n').at(-1).trim();
}

export class Original {
  #python;

  /** @throws {Error} saying why it cannot run here */
  constructor() {
    try {
      this.#python = environment();
    } catch (error) {
      throw new Error(reasonOf(error), { cause: error });
    }
  }

  /**
   * A new dimension filled with the documents and asked the questions, in a process of its own.
   *
   * @returns `{ rankings, addMs, askMs }`: ids per question, best first
   */
  run({ way, documents, questions }) {
    const home = temporaryFolder();
    const texts = questions.map(({ text }) => text);
    const task = { path: join(home, 'dimension'), way, documents, questions: texts };
    const answer = execFileSync(this.#python, [DRIVER], {
      input: JSON.stringify(task),
      encoding: 'utf8',
      maxBuffer: OUTPUT_BYTES_MAX,
      stdio: ['pipe', 'pipe', 'pipe'],
      // One thread: its arithmetic is several times faster so, and its answers are the same.
      env: { ...process.env, HOME: home, HF_HUB_OFFLINE: '1', OMP_NUM_THREADS: '1' },
    });
    const { rankings, add_ms: addMs, ask_ms: askMs } = JSON.parse(answer);
    return { rankings, addMs, askMs };
  }
}
