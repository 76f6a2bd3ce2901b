/**
 * The persons that memories tell of, by the event that named each first: what the codebook of the
 * compressed dialect is made from. A name outlives the revision or deletion of its memory, so that
 * codes do not change hands; erasing the memory takes it away.
 */
import type { Db } from './database.js';
import { findPersons } from './persons/find-persons.js';
import { orderKey, type FoldEvent, type Projection } from './projection.js';

function remember(db: Db, event: Omit<FoldEvent, 'data'>, content: string | undefined): void {
  if (content === undefined) return;
  const names = new Set(findPersons(content).map(({ name }) => name));
  const named = orderKey(event);
  [...names].forEach((name, position) => {
    db.run(
      'INSERT OR IGNORE INTO persons VALUES (?, ?, ?, ?)',
      event.stream,
      name,
      named,
      position,
    );
  });
}

export const persons: Projection = {
  name: 'persons',
  version: 2,
  schema: `
    CREATE TABLE persons (
      stream TEXT NOT NULL,
      name TEXT NOT NULL,
      named BLOB NOT NULL,
      position INTEGER NOT NULL,
      PRIMARY KEY (stream, name)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX persons_name ON persons (name, named, position);`,
  apply: {
    EntityAdded(db, event) {
      remember(db, event, event.data.content);
    },
    RecordWritten(db, event) {
      remember(db, event, event.data.content);
    },
    EntityRevised(db, event) {
      remember(db, event, event.data.content);
    },
  },
  forget(db, stream) {
    if (stream.startsWith('entity:')) db.run('DELETE FROM persons WHERE stream = ?', stream);
  },
  logical: {
    persons: 'SELECT stream, name, hex(named), position FROM persons ORDER BY stream, name',
  },
};

/** Every name, in the order in which the log came to know them. */
export function personNames(db: Db): string[] {
  // From name to name along the index: a name in a thousand memories is looked at once.
  const rows = db.all<{ name: string }>(
    `WITH RECURSIVE names (name) AS (
       SELECT min(name) FROM persons
       UNION ALL
       SELECT (SELECT min(name) FROM persons WHERE persons.name > names.name)
       FROM names WHERE name IS NOT NULL
     ), firsts AS (
       SELECT name,
         (SELECT named FROM persons WHERE persons.name = names.name
          ORDER BY named, position LIMIT 1) AS named,
         (SELECT position FROM persons WHERE persons.name = names.name
          ORDER BY named, position LIMIT 1) AS position
       FROM names WHERE name IS NOT NULL
     ) SELECT name FROM firsts ORDER BY named, position, name`,
  );
  return rows.map(({ name }) => name);
}

/** The names in living memories, those told of most first. */
export function namesInUse(db: Db, limit: number): string[] {
  const rows = db.all<{ name: string }>(
    `SELECT name FROM persons JOIN entities USING (stream) WHERE living = 1
     GROUP BY name ORDER BY count(*) DESC, name LIMIT ?`,
    limit,
  );
  return rows.map(({ name }) => name);
}
