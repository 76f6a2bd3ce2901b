/**
 * A process that holds a lock the way events/lock.ts does, and says so: it prints `held` when it
 * has the lock and lets it go when its standard input ends. `node lock-holder.mjs <path>`
 */
import Database from 'better-sqlite3';
import { writeFileSync } from 'node:fs';

const [, , path] = process.argv;
const db = new Database(path, { timeout: 0, fileMustExist: true });
db.exec('BEGIN IMMEDIATE');
writeFileSync(`${path}.holder`, `${process.pid} holder`);
process.stdout.write('held\n');
process.stdin.on('end', () => {
  db.exec('ROLLBACK');
  db.close();
});
process.stdin.resume();
