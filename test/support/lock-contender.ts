/**
 * A process that takes a lock many times and counts in a file while it has it: run by
 * `node test/tools/from-source.mjs test/support/lock-contender.ts <lock> <counter> <times>`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { FileLock, nodeFiles } from '../../events/index.js';

const [lockPath = '', counterPath = '', times = '0'] = process.argv.slice(3);
const lock = new FileLock(lockPath, { files: nodeFiles, label: 'contender' });
for (let n = 0; n < Number(times); n += 1) {
  const release = await lock.acquire();
  const count = Number(readFileSync(counterPath, 'utf8'));
  writeFileSync(counterPath, String(count + 1));
  release();
}
lock.close();
