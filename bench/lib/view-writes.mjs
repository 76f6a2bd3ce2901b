/** What is written to a filled dimension beside memories, with the same rows in bare SQLite. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { temporaryFolder } from './library.mjs';
import { summary } from './numbers.mjs';
import { personOf } from './palace.mjs';
import { alternately, load } from './timing.mjs';

const FLOOR = 'one fdatasync + the same rows';
const REALMS_DELETED = 5;

/** A copy of the views that is written to as plainly as it gets. */
class BareViews {
  #log;
  #database;

  constructor(views) {
    const folder = temporaryFolder();
    const path = join(folder, 'bare.db');
    views.exec(`VACUUM INTO '${path}'`);
    this.#log = openSync(join(folder, 'log'), 'a');
    this.#database = new Database(path);
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = NORMAL');
  }

  #columns(table) {
    return this.#database.pragma(`table_info(${table})`).map(({ name }) => name);
  }

  /** Inserts a copy of the first row of a table under another key. */
  copyOf(table, keys) {
    const columns = this.#columns(table).filter((name) => name !== 'num');
    const values = columns.map((name) => (keys.includes(name) ? `${name} || ?` : name));
    const sql = `INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${table} LIMIT 1`;
    const insert = this.#database.prepare(sql);
    return (round) => insert.run(...keys.map(() => `-${round}`));
  }

  statement(sql) {
    return this.#database.prepare(sql);
  }

  /** One write, one fdatasync, one transaction. */
  write(bytes, work) {
    writeSync(this.#log, Buffer.alloc(bytes));
    fdatasyncSync(this.#log);
    this.#database.transaction(work)();
  }

  close() {
    closeSync(this.#log);
    this.#database.close();
  }
}

/** Everything in a realm, out of sight. */
function deletingRealm(bare) {
  const memories = bare.statement('SELECT num FROM entities WHERE living = 1 AND realm = ?');
  const passages = bare.statement('SELECT label FROM passages WHERE entity = ?');
  const each = [
    'DELETE FROM keywords WHERE rowid = ?',
    'DELETE FROM passages WHERE entity = ?',
    'UPDATE entities SET living = 0 WHERE num = ?',
  ].map((sql) => bare.statement(sql));
  const word = bare.statement('DELETE FROM passage_terms WHERE rowid = ?');
  return (realm) => {
    for (const { num } of memories.all(realm)) {
      for (const { label } of passages.all(num)) word.run(label);
      for (const statement of each) statement.run(num);
    }
  };
}

function worksOn({ dimension, bare, size }) {
  const people = Object.fromEntries(
    Array.from({ length: Math.min(4_999, size) }, (_, at) => [`Dr ${personOf(at)}`, personOf(at)]),
  );
  const inFacts = bare.copyOf('facts', ['stream', 'fact_id']);
  const inEntities = bare.copyOf('entities', ['stream', 'id']);
  const inPeople = bare.copyOf('people', ['stream', 'variant', 'key']);
  const setting = bare.statement("UPDATE settings SET value = ? WHERE key LIKE 'persona%'");
  const deleteRealm = deletingRealm(bare);
  const realmOf = (round) => `realm_${10 + round}`;
  return [
    {
      work: 'kg add, durable',
      run: (round) => dimension.kg.add(personOf(round), 'met', `Somebody ${round}`),
      floor: (round) => bare.write(400, () => inFacts(round)),
    },
    {
      work: 'write a record, durable',
      run: (round) => dimension.diaryWrite('agent 3', `Measured entry ${round}.`),
      floor: (round) => bare.write(400, () => inEntities(round)),
    },
    {
      work: 'switch the persona, durable',
      run: (round) => dimension.switchPersona(`persona ${round % 2}`),
      floor: (round) => bare.write(200, () => setting.run(JSON.stringify({ name: `${round}` }))),
    },
    {
      work: 'set the people map of 5,000, one of them new',
      run: (round) => dimension.setPeopleMap({ ...people, [`New ${round}`]: personOf(1) }),
      floor: (round) => bare.write(200, () => inPeople(round)),
      rounds: 15,
    },
    {
      work: `delete a realm of ${(size / 20).toLocaleString('en')} memories`,
      run: (round) => dimension.deleteRealm(realmOf(round)),
      floor: (round) => bare.write(size * 5, () => deleteRealm(realmOf(round))),
      rounds: REALMS_DELETED,
      warmUp: 0,
    },
  ];
}

/** @returns rows of the page. */
export async function measureWrites({ dimension, views, options, size }) {
  const bare = new BareViews(views);
  const rows = [];
  for (const { work, run, floor, rounds = 100, warmUp = 3 } of worksOn({ dimension, bare, size })) {
    const counts = { rounds: options.quick ? Math.min(rounds, 5) : rounds, warmUp };
    const times = await alternately({ library: run, floor }, counts);
    const own = summary(times.library);
    const { p50: value, cpu } = summary(times.floor);
    const ratio = own.p50 / value;
    rows.push({ work, size, ...own, floor: { what: FLOOR, value, cpu }, ratio, load: load() });
  }
  bare.close();
  return rows;
}
