/**
 * What is indexed of a living memory's text: one row in the keyword index (the owner's query
 * language asks it) and one per passage in the ranking index. Both are contentless FTS5 tables:
 * they keep terms, not texts.
 *
 * A passage's label is never used twice: it is also its name in the vector index.
 */
import { createHash } from 'node:crypto';
import type { Db } from './database.js';
import { keywordText } from './text/keyword-text.js';
import { cutPassages } from './text/passages.js';
import { packTerms } from './text/packed-terms.js';
import { terms } from './text/terms.js';

/** Bytes of SHA-256 that name a passage's text in the embedding cache. */
const TEXT_HASH_BYTES = 16;

export const FULLTEXT_SCHEMA = `
  CREATE VIRTUAL TABLE keywords USING fts5 (
    text, content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
  );
  CREATE TABLE passages (
    label INTEGER PRIMARY KEY AUTOINCREMENT,
    entity INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    length INTEGER NOT NULL,
    terms BLOB NOT NULL,
    text_hash BLOB NOT NULL
  ) STRICT;
  CREATE INDEX passages_entity ON passages (entity, ordinal, length);
  CREATE INDEX passages_text ON passages (text_hash);
  CREATE VIRTUAL TABLE passage_terms USING fts5 (
    terms, content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
  );
  CREATE VIRTUAL TABLE passage_vocabulary USING fts5vocab (passage_terms, row);`;

export const FULLTEXT_LOGICAL: Readonly<Record<string, string>> = {
  passages: `SELECT stream, ordinal, start, end, length, hex(terms), hex(text_hash)
    FROM passages JOIN entities ON num = entity ORDER BY stream, ordinal`,
  vocabulary: 'SELECT term, doc, cnt FROM passage_vocabulary ORDER BY term',
  keyword_rows: `SELECT stream FROM keywords JOIN entities ON num = keywords.rowid ORDER BY stream`,
};

/** The name of a passage's text in the embedding cache. */
function textHash(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, TEXT_HASH_BYTES);
}

/** Indexes the text of the entity in that row. */
export function indexText(db: Db, entity: number, content: string): void {
  db.run('INSERT INTO keywords (rowid, text) VALUES (?, ?)', entity, keywordText(content));
  const passages = cutPassages(content);
  for (const [ordinal, { start, end }] of passages.entries()) {
    const text = content.slice(start, end);
    const words = terms(text);
    const packed = packTerms(words);
    const { rowid } = db.run(
      `INSERT INTO passages (entity, ordinal, start, end, length, terms, text_hash)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      entity,
      ordinal,
      start,
      end,
      packed.length,
      packed.blob,
      textHash(text),
    );
    db.run('INSERT INTO passage_terms (rowid, terms) VALUES (?, ?)', rowid, words.join(' '));
  }
}

/** Takes the text of the entity in that row out of both indexes. */
export function unindexText(db: Db, entity: number): void {
  db.run('DELETE FROM keywords WHERE rowid = ?', entity);
  const labels = db.all<{ label: number }>('SELECT label FROM passages WHERE entity = ?', entity);
  for (const { label } of labels) db.run('DELETE FROM passage_terms WHERE rowid = ?', label);
  db.run('DELETE FROM passages WHERE entity = ?', entity);
}

/** Empties both indexes and fills them again from the living memories. @returns rows indexed. */
export function reindexAll(db: Db): number {
  db.run(`INSERT INTO keywords (keywords) VALUES ('delete-all')`);
  db.run(`INSERT INTO passage_terms (passage_terms) VALUES ('delete-all')`);
  db.run('DELETE FROM passages');
  const rows = db.all<{ num: number }>('SELECT num FROM entities WHERE living = 1 ORDER BY num');
  for (const { num } of rows) {
    const row = db.get<{ content: string }>('SELECT content FROM entities WHERE num = ?', num);
    if (row) indexText(db, num, row.content);
  }
  return rows.length;
}
