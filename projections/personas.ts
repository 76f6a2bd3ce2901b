/**
 * Personas by name. A deleted one is kept out of sight, so that a description written elsewhere at
 * the same time brings it back whole. Which one is active is a setting.
 */
import type { EventDataOf } from '../events/index.js';
import type { Db } from './database.js';
import { orderKey, type FoldEvent, type Projection } from './projection.js';
import { PERSONA_SETTING, settingOf } from './settings.js';

function defined(db: Db, event: FoldEvent<EventDataOf<'PersonaDefined'>>): void {
  const { stream, data, commit } = event;
  const metadata = data.metadata && JSON.stringify(data.metadata);
  const isThere = db.get('SELECT 1 FROM personas WHERE stream = ?', stream) !== undefined;
  if (!isThere) {
    db.run(
      'INSERT INTO personas VALUES (?, ?, ?, ?, ?, 1, ?, ?)',
      stream,
      data.name,
      data.system_prompt ?? '',
      data.description ?? '',
      metadata ?? '{}',
      commit.wall,
      orderKey(event),
    );
    return;
  }
  db.run(
    `UPDATE personas SET created_ms = ?, created = ?, living = 1 WHERE stream = ? AND living = 0`,
    commit.wall,
    orderKey(event),
    stream,
  );
  db.run(
    `UPDATE personas SET system_prompt = coalesce(?, system_prompt),
       description = coalesce(?, description), metadata = coalesce(?, metadata)
     WHERE stream = ?`,
    data.system_prompt ?? null,
    data.description ?? null,
    metadata ?? null,
    stream,
  );
}

export const personas: Projection = {
  name: 'personas',
  version: 1,
  schema: `
    CREATE TABLE personas (
      stream TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      system_prompt TEXT NOT NULL,
      description TEXT NOT NULL,
      metadata TEXT NOT NULL,
      living INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      created BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX personas_name ON personas (name, created);`,
  apply: {
    PersonaDefined: defined,
    PersonaDeleted(db, { stream }) {
      db.run('UPDATE personas SET living = 0 WHERE stream = ?', stream);
    },
  },
  forget(db, stream) {
    if (stream.startsWith('persona:')) db.run('DELETE FROM personas WHERE stream = ?', stream);
  },
  logical: {
    personas: `SELECT stream, name, system_prompt, description, metadata, living, created_ms,
        hex(created) FROM personas ORDER BY stream`,
  },
};

export interface PersonaRow {
  readonly stream: string;
  readonly name: string;
  readonly systemPrompt: string;
  readonly description: string;
  /** JSON. */
  readonly metadata: string;
}

// The same name may have a stream of its own under an adopted dimension's key: the first counts.
const PERSONA = `SELECT stream, name, system_prompt AS systemPrompt, description, metadata
  FROM personas AS one WHERE living = 1 AND NOT EXISTS (
    SELECT 1 FROM personas AS other
    WHERE other.name = one.name AND other.living = 1 AND other.created < one.created
  )`;

export function personaByName(db: Db, name: string): PersonaRow | undefined {
  return db.get<PersonaRow>(`${PERSONA} AND name = ?`, name);
}

/** In the order in which they were made. */
export function listPersonas(db: Db): PersonaRow[] {
  return db.all<PersonaRow>(`${PERSONA} ORDER BY created`);
}

/** Every stream under which a persona of that name lives. */
export function personaStreams(db: Db, name: string): string[] {
  const sql = 'SELECT stream FROM personas WHERE name = ? AND living = 1 ORDER BY created';
  return db.all<{ stream: string }>(sql, name).map(({ stream }) => stream);
}

/** The name that was activated last, whether or not there still is such a persona. */
export function activatedName(db: Db): string {
  const setting = settingOf(db, PERSONA_SETTING) as { name?: unknown } | null | undefined;
  return typeof setting?.name === 'string' ? setting.name : '';
}

/** The persona that is active; a deleted one is not. */
export function activePersona(db: Db): PersonaRow | undefined {
  const name = activatedName(db);
  return name === '' ? undefined : personaByName(db, name);
}

/** Whether the log ever knew any persona, deleted and undone ones among them. */
export function knowsPersonas(db: Db): boolean {
  const said = db.get(
    `SELECT 1 FROM events WHERE stream >= 'persona:' AND stream < 'persona;' LIMIT 1`,
  );
  return said !== undefined || settingOf(db, PERSONA_SETTING) !== undefined;
}
