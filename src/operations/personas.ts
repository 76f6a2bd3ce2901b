/** Personas: characters that an assistant can take on, each with a realm of its own. */
import * as z from 'zod';
import type { Persona } from '../personas/personas.js';
import { defineOperation, DESTROYS, READS, WRITES } from './operation.js';
import { metadata } from './shapes.js';

const name = z.string().describe('Name of the persona.');

const input = z.strictObject({
  name,
  system_prompt: z.string().optional().describe('Who to be: at most 100,000 characters.'),
  description: z.string().optional().describe('For people: at most 2,000 characters.'),
  metadata: metadata.optional().describe('Replaces what was there, as a whole.'),
});

const persona = z.object({
  name: z.string(),
  system_prompt: z.string(),
  description: z.string(),
  metadata,
  realm: z.string().describe('Where its memories are.'),
  active: z.boolean(),
});
const personaSet = persona.extend({
  created: z.boolean(),
  previous: z.string().describe('Which was active before; empty for none.'),
});

const optionsOf = ({
  system_prompt: systemPrompt,
  description,
  ...rest
}: z.output<typeof input>) => {
  return { systemPrompt, description, metadata: rest.metadata };
};

const shown = <Shown extends Persona>(one: Shown) => ({ ...one, metadata: { ...one.metadata } });

export const getPersona = defineOperation({
  name: 'get_persona',
  title: 'Get the active persona',
  description: 'Use to see which persona is active. name is empty when none is.',
  annotations: READS,
  input: z.strictObject({}),
  output: persona.partial().extend({ name: z.string() }),
  async handler(dimension) {
    const active = await dimension.getPersona();
    return 'realm' in active ? shown(active) : active;
  },
});

export const setPersona = defineOperation({
  name: 'set_persona',
  title: 'Set the persona',
  description:
    'Use to take on a persona: makes or changes it, and activates it. What is not given stays.',
  annotations: DESTROYS,
  input,
  output: personaSet,
  async handler(dimension, given) {
    return shown(await dimension.setPersona(given.name, optionsOf(given)));
  },
});

export const switchPersona = defineOperation({
  name: 'switch_persona',
  title: 'Switch persona',
  description: 'Use as set_persona: makes or changes a persona, and activates it.',
  annotations: DESTROYS,
  input,
  output: personaSet,
  async handler(dimension, given) {
    return shown(await dimension.switchPersona(given.name, optionsOf(given)));
  },
});

export const createPersona = defineOperation({
  name: 'create_persona',
  title: 'Create a persona',
  description: 'Use to make a persona for later. It is not activated; a name in use is refused.',
  annotations: WRITES,
  input,
  output: persona.extend({ created: z.literal(true) }),
  async handler(dimension, given) {
    const made = await dimension.createPersona(given.name, optionsOf(given));
    return { ...shown(made), created: true as const };
  },
});

export const listPersonas = defineOperation({
  name: 'list_personas',
  title: 'List personas',
  description: 'Use to see all personas by name, and which one is active.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({ personas: z.array(persona), active: z.string(), count: z.int() }),
  async handler(dimension) {
    const personas = (await dimension.listPersonas()).map(shown);
    personas.sort((a, b) => (a.name < b.name ? -1 : 1));
    const active = personas.find((one) => one.active)?.name ?? '';
    return { personas, active, count: personas.length };
  },
});

export const deletePersona = defineOperation({
  name: 'delete_persona',
  title: 'Delete a persona',
  description: 'Use to take a persona away. Its realm and the memories in it stay.',
  annotations: DESTROYS,
  input: z.strictObject({ name }),
  output: z.object({
    deleted: z.boolean(),
    name: z.string(),
    was_active: z.boolean(),
    realm: z.string(),
  }),
  async handler(dimension, given) {
    return { ...(await dimension.removePersona(given.name)) };
  },
});

export const getPersonaCharacter = defineOperation({
  name: 'get_persona_character',
  title: 'Get a persona as a prompt',
  description: 'Use at the start of a session: the system prompt of the active or a named persona.',
  annotations: READS,
  input: z.strictObject({ name: name.optional().describe('The active one when absent.') }),
  output: z.object({ system_prompt: z.string(), name: z.string(), found: z.boolean() }),
  async handler(dimension, given) {
    return { ...(await dimension.findCharacter(given.name)) };
  },
});
