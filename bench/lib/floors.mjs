/** What the hardware and bare SQLite take for the same texts: the floors that ratios refer to. */
import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { temporaryFolder } from './library.mjs';

/** A table with a full-text index, as plain as it gets, filled with texts. */
export class BareStore {
  #file;
  #database;
  #insertRow;
  #insertText;

  constructor(texts = []) {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    this.#file = openSync(join(folder, 'log'), 'a');
    this.#database = new Database(join(folder, 'bare.db'));
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = NORMAL');
    this.#database.exec(`
      CREATE TABLE memories (num INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
      CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1);`);
    this.#insertRow = this.#database.prepare('INSERT INTO memories (text) VALUES (?)');
    this.#insertText = this.#database.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)');
    for (let at = 0; at < texts.length; at += 500) this.#insert(texts.slice(at, at + 500));
  }

  #insert(texts) {
    this.#database.transaction(() => {
      for (const text of texts) {
        const { lastInsertRowid } = this.#insertRow.run(text);
        this.#insertText.run(lastInsertRowid, text);
      }
    })();
  }

  /** One write, one fdatasync, one transaction. */
  add(texts) {
    writeSync(this.#file, texts.join('\n'));
    fdatasyncSync(this.#file);
    this.#insert(texts);
  }

  close() {
    closeSync(this.#file);
    this.#database.close();
  }
}

/** A server of JSON-RPC lines in bare Node: what a round trip over stdio costs at least. */
export const ECHO_SERVER = `
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id } = JSON.parse(line);
  if (id === undefined) return;
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: {} }) + '\\n');
});`;
