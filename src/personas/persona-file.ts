/** `persona.json`: all personas for people to read, and those of an older product to take over. */
import { join } from 'node:path';
import { isAltError, replaceFile } from '../../events/index.js';
import { activePersona, knowsPersonas, listPersonas, type Db } from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { change, type Session } from '../session.js';
import { readSideFile, type SideFile } from '../side-files/side-file.js';
import {
  activated,
  checkDefinition,
  checkPersonaName,
  definedEvents,
  type Definition,
} from './define.js';

const PATH = 'persona.json';
const KEPT = 'persona.json.left-out';

/** `{ active, personas: { name: { name, system_prompt, description, metadata } } }`. */
export const personaFile: SideFile = {
  path: PATH,
  content(db) {
    if (!knowsPersonas(db)) return undefined;
    const personas = listPersonas(db).map(({ name, systemPrompt, description, metadata }) => [
      name,
      { name, system_prompt: systemPrompt, description, metadata: JSON.parse(metadata) as unknown },
    ]);
    const file = {
      active: activePersona(db)?.name ?? '',
      personas: Object.fromEntries(personas) as unknown,
    };
    return `${JSON.stringify(file, undefined, 2)}\n`;
  },
  takeIn: importPersonas,
};

interface Found {
  readonly active: string;
  readonly personas: readonly (readonly [name: string, definition: Definition])[];
  readonly problems: readonly string[];
}

/**
 * Takes the personas of a file that was there before the log knew any into the log. What cannot be
 * understood is said and left out; a file that is none stays as it is.
 */
async function importPersonas(session: Session): Promise<void> {
  const text = readSideFile(session, PATH);
  if (text === undefined || (await session.store.read(knowsPersonas))) return;
  const found = parse(text);
  for (const problem of found.problems) {
    session.store.warn({ code: 'SIDE_FILE_UNREADABLE', message: `${PATH}: ${problem}` });
  }
  if (found.personas.length === 0) return;
  if (found.problems.length > 0) keepWhole(session, text);
  await change(session, {
    decide(db) {
      // Another process may just have taken them over.
      if (knowsPersonas(db)) return { events: [], result: undefined };
      return { events: eventsOf(session, db, found), result: undefined };
    },
  });
}

/** The file is written anew without what was left out, which would be nowhere then. */
function keepWhole({ files, store }: Session, text: string): void {
  replaceFile(files, join(store.folder, KEPT), text);
  const message = `${PATH} as it was is kept in ${KEPT}.`;
  store.warn({ code: 'SIDE_FILE_UNREADABLE', message });
}

function eventsOf(session: Session, db: Db, { active, personas }: Found): NewEvent[] {
  const events = personas.flatMap(([name, definition]) => {
    return definedEvents(session, { db, name }, definition);
  });
  return active === '' ? events : [...events, activated(session, active)];
}

function parse(text: string): Found {
  const file = parseObject(text);
  if (!file) return { active: '', personas: [], problems: ['it is no JSON object; it is ignored'] };
  // The oldest form names the active persona and nothing else.
  const given = typeof file.persona === 'string' ? file.persona : file.active;
  const problems: string[] = [];
  const personas = new Map<string, Definition>();
  const listed = isObject(file.personas) ? file.personas : {};
  for (const [name, entry] of Object.entries(listed)) {
    collect(name, isObject(entry) ? entry : {}, { personas, problems });
  }
  if (typeof given !== 'string' || given.trim() === '') {
    return { active: '', personas: [...personas], problems };
  }
  const active = nameOf(given, problems);
  if (active !== '' && !personas.has(active)) personas.set(active, {});
  return { active, personas: [...personas], problems };
}

function collect(
  text: string,
  entry: Readonly<Record<string, unknown>>,
  into: { readonly personas: Map<string, Definition>; readonly problems: string[] },
): void {
  const name = nameOf(text, into.problems);
  if (name === '') return;
  if (into.personas.has(name)) {
    into.problems.push(`'${text.slice(0, 40)}' is left out: '${name}' is there already.`);
    return;
  }
  const { system_prompt, description, model, framework } = entry;
  // An older product kept these beside the persona.
  const metadata = {
    ...(isObject(entry.metadata) ? entry.metadata : {}),
    ...(isText(model) && { model }),
    ...(isText(framework) && { framework }),
  };
  try {
    const definition = checkDefinition({
      metadata,
      systemPrompt: isText(system_prompt) ? system_prompt : '',
      description: isText(description) ? description : '',
    });
    into.personas.set(name, definition);
  } catch (error) {
    into.problems.push(reasonOf(error, text));
  }
}

function nameOf(text: string, problems: string[]): string {
  try {
    return checkPersonaName(text);
  } catch (error) {
    problems.push(reasonOf(error, text));
    return '';
  }
}

function reasonOf(error: unknown, name: string): string {
  if (!isAltError(error)) throw error;
  return `'${name.slice(0, 40)}' is left out: ${error.message}`;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // What is no JSON is no object either; the caller says so.
    return undefined;
  }
}
