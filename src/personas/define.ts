/** Making, changing, activating and deleting personas. */
import { AltError } from '../../events/index.js';
import {
  activatedName,
  activePersona,
  personaByName,
  personaStreams,
  PERSONA_SETTING,
  realmDescription,
  type Db,
  type PersonaRow,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { filterName, matchesNothing, normalizeName } from '../names.js';
import { realmDescribed } from '../places.js';
import { change, streamIn, type Session } from '../session.js';
import { checkMetadata, checkText, type Metadata } from '../values.js';
import { realmOfPersona, toPersona, type Persona } from './personas.js';

export interface PersonaOptions {
  /** At most 100,000 characters. */
  readonly systemPrompt?: string | undefined;
  /** At most 2,000 characters. */
  readonly description?: string | undefined;
  /** Replaces what was there, as a whole. */
  readonly metadata?: Metadata | undefined;
}

export interface PersonaSet extends Persona {
  readonly created: boolean;
  /** The persona that was active before; '' for none. */
  readonly previous: string;
}

export interface PersonaGone {
  readonly deleted: boolean;
  readonly name: string;
  readonly was_active: boolean;
  /** It stays, with the memories in it. */
  readonly realm: string;
}

/** The values that an event about a persona may carry. */
export interface Definition {
  readonly system_prompt?: string;
  readonly description?: string;
  readonly metadata?: Record<string, never>;
}

const PROMPT_CHARACTERS_MAX = 100_000;
const DESCRIPTION_CHARACTERS_MAX = 2_000;
const REALM_CHARACTERS_MAX = 128;
const EMPTY = { system_prompt: '', description: '', metadata: {} };

/** A name whose realm has a name too. @throws {AltError} INVALID_ARGUMENT */
export function checkPersonaName(text: string): string {
  const name = normalizeName(text, 'persona');
  if ([...realmOfPersona(name)].length <= REALM_CHARACTERS_MAX) return name;
  throw new AltError('INVALID_ARGUMENT', 'The name of a persona has at most 120 characters.');
}

/** What was given, checked; what was not given is absent. */
export function checkDefinition(options: PersonaOptions): Definition {
  const { systemPrompt, description, metadata } = options;
  return {
    ...(systemPrompt !== undefined && {
      system_prompt: checkText(systemPrompt, 'system_prompt', PROMPT_CHARACTERS_MAX),
    }),
    ...(description !== undefined && {
      description: checkText(description, 'description', DESCRIPTION_CHARACTERS_MAX),
    }),
    ...(metadata !== undefined && {
      metadata: checkMetadata(metadata) as Record<string, never>,
    }),
  };
}

/** The events that make a persona, or change one; none where nothing differs. */
export function definedEvents(
  session: Session,
  { db, name }: { readonly db: Db; readonly name: string },
  definition: Definition,
): NewEvent[] {
  const row = personaByName(db, name);
  const events: NewEvent[] = [];
  const realm = realmOfPersona(name);
  if (realmDescription(db, realm) === undefined) {
    events.push(realmDescribed(session, { name: realm, description: `Persona: ${name}` }));
  }
  const data = row ? differing(row, definition) : { ...EMPTY, ...definition };
  if (row && Object.keys(data).length === 0) return events;
  const stream = row?.stream ?? streamIn(session, 'persona', name);
  return [...events, { type: 'PersonaDefined', stream, data: { name, ...data } }];
}

function differing(row: PersonaRow, definition: Definition): Definition {
  const { system_prompt: prompt, description, metadata } = definition;
  return {
    ...(prompt !== undefined && prompt !== row.systemPrompt && { system_prompt: prompt }),
    ...(description !== undefined && description !== row.description && { description }),
    ...(metadata !== undefined && JSON.stringify(metadata) !== row.metadata && { metadata }),
  };
}

export function activated(session: Session, name: string): NewEvent {
  const stream = streamIn(session, 'setting', PERSONA_SETTING);
  return { type: 'PersonaActivated', stream, data: { name } };
}

/**
 * Makes a persona without activating it, and a realm for its memories.
 *
 * @throws {AltError} ALREADY_EXISTS, INVALID_ARGUMENT, TOO_LARGE
 */
export async function createPersona(
  session: Session,
  text: string,
  options: PersonaOptions = {},
): Promise<Persona> {
  const name = checkPersonaName(text);
  const definition = checkDefinition(options);
  await change(session, {
    decide(db) {
      if (personaByName(db, name)) {
        throw new AltError('ALREADY_EXISTS', `The persona '${name}' already exists.`, {
          hint: 'Change and activate it with set_persona, or choose another name.',
        });
      }
      const events = definedEvents(session, { db, name }, definition);
      // It may have been activated elsewhere while it was deleted here: a new one is not active.
      if (activatedName(db) === name) events.push(activated(session, ''));
      return { events, result: true };
    },
  });
  return defined(session, name);
}

/**
 * Makes a persona or changes it, and activates it. What is not given stays as it is.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE
 */
export async function setPersona(
  session: Session,
  text: string,
  options: PersonaOptions = {},
): Promise<PersonaSet> {
  const name = checkPersonaName(text);
  const definition = checkDefinition(options);
  const before = await change(session, {
    decide(db) {
      const result = {
        created: personaByName(db, name) === undefined,
        previous: activePersona(db)?.name ?? '',
      };
      const events = definedEvents(session, { db, name }, definition);
      if (activatedName(db) !== name) events.push(activated(session, name));
      return { events, result };
    },
  });
  return { ...(await defined(session, name)), ...before };
}

async function defined(session: Session, name: string): Promise<Persona> {
  return session.store.read((db) => {
    const row = personaByName(db, name);
    if (!row) throw new AltError('NOT_FOUND', `The persona '${name}' was just deleted.`);
    return toPersona(row, activePersona(db)?.name);
  });
}

/** Takes a persona away; its realm and the memories in it stay. If it was active, none is after. */
export async function deletePersona(session: Session, text: string): Promise<PersonaGone> {
  const name = filterName(typeof text === 'string' ? text.trim() : text);
  if (name === undefined) throw new AltError('INVALID_ARGUMENT', 'The name is blank.');
  if (matchesNothing(name)) {
    return { deleted: false, name: text, was_active: false, realm: '' };
  }
  return change(session, {
    decide(db) {
      const streams = personaStreams(db, name);
      const wasActive = streams.length > 0 && activatedName(db) === name;
      const events = streams.map((stream): NewEvent => {
        return { type: 'PersonaDeleted', stream, data: { name } };
      });
      if (wasActive) events.push(activated(session, ''));
      const deleted = streams.length > 0;
      const realm = realmOfPersona(name);
      return { events, result: { deleted, name, was_active: wasActive, realm } };
    },
  });
}
