/**
 * Settings of the dimension that are events, among them the chosen embedder, the active persona and
 * who the user is.
 */
import type { Db } from './database.js';
import type { Projection } from './projection.js';

function set(db: Db, setting: { stream: string; key: string; value: unknown }): void {
  db.run(
    'INSERT OR REPLACE INTO settings VALUES (?, ?, ?)',
    setting.stream,
    setting.key,
    JSON.stringify(setting.value),
  );
}

/** The key under which the chosen embedder is found. */
export const EMBEDDER_SETTING = 'embedder';
/** The key under which the active persona is found, as `{ name }`. */
export const PERSONA_SETTING = 'persona';
/** The key under which the user's identity is found, as `{ text }`. */
export const IDENTITY_SETTING = 'identity';

export const settings: Projection = {
  name: 'settings',
  version: 2,
  schema: `
    CREATE TABLE settings (
      stream TEXT PRIMARY KEY,
      key TEXT NOT NULL,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;`,
  apply: {
    SettingChanged(db, { stream, data }) {
      set(db, { stream, key: data.key, value: data.value });
    },
    EmbedderChosen(db, { stream, data }) {
      set(db, { stream, key: EMBEDDER_SETTING, value: data });
    },
    PersonaActivated(db, { stream, data }) {
      set(db, { stream, key: PERSONA_SETTING, value: data });
    },
    IdentitySet(db, { stream, data }) {
      set(db, { stream, key: IDENTITY_SETTING, value: data });
    },
  },
  forget(db, stream) {
    if (stream.startsWith('setting:')) db.run('DELETE FROM settings WHERE stream = ?', stream);
  },
  logical: { settings: 'SELECT stream, key, value FROM settings ORDER BY stream' },
};

/** The value of a setting, or undefined when nobody set it. */
export function settingOf(db: Db, key: string): unknown {
  const row = db.get<{ value: string }>(
    'SELECT value FROM settings WHERE key = ? ORDER BY stream LIMIT 1',
    key,
  );
  return row && (JSON.parse(row.value) as unknown);
}
