/**
 * Who the user is: a text in the log, and `identity.txt` where people write it.
 *
 * What stands in the file and was never said before is somebody's edit and counts; what the log
 * knows already is a copy that another machine has overtaken, or an old one.
 */
import { join } from 'node:path';
import { isAltError } from '../../events/index.js';
import {
  eventsOfStream,
  IDENTITY_SETTING,
  settingOf,
  wasErased,
  type Db,
  type JournalEntry,
} from '../../projections/index.js';
import { PastStore } from '../../replay/index.js';
import { isNewerThanSweep } from '../erase/swept.js';
import { change, streamIn, type Session } from '../session.js';
import { readSideFile, refreshSideFiles, type SideFile } from '../side-files/side-file.js';
import { checkText } from '../values.js';

const PATH = 'identity.txt';
const IDENTITY_CHARACTERS_MAX = 100_000;

/** What the log says; undefined when nobody ever said anything. */
function saidIdentity(db: Db): string | undefined {
  const setting = settingOf(db, IDENTITY_SETTING) as { text?: unknown } | null | undefined;
  return typeof setting?.text === 'string' ? setting.text : undefined;
}

export const identityFile: SideFile = {
  path: PATH,
  content(db, session) {
    const text = saidIdentity(db);
    const found = readSideFile(session, PATH)?.trim() ?? '';
    // An edit is taken over first; what is no text may be dear to somebody.
    const isTheirs = !isPlainText(found) || editOf(session, db) !== undefined;
    if (isTheirs || (text === undefined && found === '')) return undefined;
    // A copy of what was said and undone is none any more.
    return contentOf(text ?? '');
  },
  takeIn: importIdentity,
};

const contentOf = (text: string): string => (text === '' ? '' : `${text}\n`);

/** Bytes that are no UTF-8, and zeroes, are no words. */
const isPlainText = (text: string): boolean =>
  !text.includes('\0') && !text.includes('\ufffd') && text.length <= IDENTITY_CHARACTERS_MAX;

/** Text of the file as somebody wrote it; undefined for a copy of what the log says or said. */
function editOf(session: Session, db: Db): string | undefined {
  const text = readSideFile(session, PATH)?.trim() ?? '';
  if (text === '' || !isPlainText(text) || text === saidIdentity(db)) return undefined;
  const stream = streamIn(session, 'setting', IDENTITY_SETTING);
  // What was erased is in no event any more that the copy of it could be compared with.
  if (wasErased(db, stream) && !isNewerThanSweep(session, PATH)) return undefined;
  const isKnown = eventsOfStream(db, stream).some((entry) => mayHaveSaid(session, entry, text));
  return isKnown ? undefined : text;
}

/** What was erased or damaged can no longer be compared: it must not come back as an edit. */
function mayHaveSaid({ store }: Session, entry: JournalEntry, text: string): boolean {
  try {
    const { payload } = store.log.readEvent(entry.place, entry.digest);
    return payload === undefined || payload.data.text === text;
  } catch (error) {
    if (isAltError(error, 'LOG_DAMAGED')) return true;
    throw error;
  }
}

/** The identity as it counts now: an edit of the file, else what the log says. */
export async function readIdentity(session: Session): Promise<string> {
  return session.store.read((db) => {
    // The file is of today.
    const edit = session.store instanceof PastStore ? undefined : editOf(session, db);
    return edit ?? saidIdentity(db) ?? '';
  });
}

/**
 * Says who the user is; '' for nothing.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE
 */
export async function setIdentity(session: Session, identity: string): Promise<void> {
  const text = checkText(identity, 'identity', IDENTITY_CHARACTERS_MAX).trim();
  await change(session, {
    decide(db) {
      if ((saidIdentity(db) ?? '') === text) return { events: [], result: undefined };
      return { events: [identitySet(session, text)], result: undefined };
    },
  });
  // Whatever stands in the file was overruled just now.
  const overruled = { path: PATH, content: (db: Db) => contentOf(saidIdentity(db) ?? '') };
  await refreshSideFiles(session, [overruled]);
}

/** Takes an edit of the file into the log. */
async function importIdentity(session: Session): Promise<void> {
  if (!isPlainText(readSideFile(session, PATH) ?? '')) {
    const message = `${PATH} is no UTF-8 text of at most 100,000 characters; it is ignored.`;
    session.store.warn({ code: 'SIDE_FILE_UNREADABLE', message });
    return;
  }
  const isEdited = await session.store.read((db) => editOf(session, db) !== undefined);
  if (!isEdited) return;
  await change(session, {
    decide(db) {
      const text = editOf(session, db);
      const events = text === undefined ? [] : [identitySet(session, text)];
      return { events, result: undefined };
    },
  });
}

function identitySet(session: Session, text: string) {
  const stream = streamIn(session, 'setting', IDENTITY_SETTING);
  return { type: 'IdentitySet', stream, data: { text } } as const;
}

/** Where people write it. */
export const identityPath = ({ store }: Session): string => join(store.folder, PATH);
