/** Characters that an assistant can take on, and which of them it has taken on now. */
import {
  activePersona,
  listPersonas as personaRows,
  personaByName,
  type PersonaRow,
} from '../../projections/index.js';
import { filterName, matchesNothing } from '../names.js';
import type { Session } from '../session.js';

export interface Persona {
  readonly name: string;
  readonly system_prompt: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Where its memories are: `persona_<name>`. */
  readonly realm: string;
  readonly active: boolean;
}

/** The answer when no persona is active. */
export interface NoPersona {
  readonly name: '';
}

export const realmOfPersona = (name: string): string => `persona_${name}`;

export function toPersona(row: PersonaRow, activeName: string | undefined): Persona {
  const { name, systemPrompt, description } = row;
  return {
    name,
    system_prompt: systemPrompt,
    description,
    metadata: JSON.parse(row.metadata) as Record<string, unknown>,
    realm: realmOfPersona(name),
    active: name === activeName,
  };
}

/** The active persona; `{ name: '' }` when none is. */
export async function getPersona(session: Session): Promise<Persona | NoPersona> {
  const row = await session.store.read(activePersona);
  return row ? toPersona(row, row.name) : { name: '' };
}

/** In the order in which they were made. */
export async function listPersonas(session: Session): Promise<Persona[]> {
  return session.store.read((db) => {
    const active = activePersona(db)?.name;
    return personaRows(db).map((row) => toPersona(row, active));
  });
}

export interface Character {
  /** '' when there is no such persona, or none is active. */
  readonly system_prompt: string;
  readonly name: string;
  readonly found: boolean;
}

/** The system prompt of a persona; of the active one when none is named. */
export async function getCharacter(session: Session, name?: string): Promise<Character> {
  const wanted = filterName(name);
  if (matchesNothing(wanted)) return { system_prompt: '', name: name ?? '', found: false };
  const row = await session.store.read((db) => {
    return wanted === undefined ? activePersona(db) : personaByName(db, wanted);
  });
  if (!row) return { system_prompt: '', name: wanted ?? '', found: false };
  return { system_prompt: row.systemPrompt, name: row.name, found: true };
}
