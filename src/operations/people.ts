/** The people map. */
import * as z from 'zod';
import { defineOperation, DESTROYS, READS } from './operation.js';

const map = z.record(z.string(), z.string());

export const getPeopleMap = defineOperation({
  name: 'get_people_map',
  title: 'Get the people map',
  description: 'Use to see which variants of names stand for which person.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({ map, count: z.int() }),
  async handler(dimension) {
    const people = await dimension.getPeopleMap();
    return { map: people, count: Object.keys(people).length };
  },
});

export const setPeopleMap = defineOperation({
  name: 'set_people_map',
  title: 'Set the people map',
  description:
    'Use to say which variants of names mean one person, so that facts about either are found by ' +
    'both. Replaces the whole map.',
  annotations: DESTROYS,
  input: z.strictObject({
    map: map.describe('Variant -> full name, such as {"Alex": "Alexander"}; at most 5,000.'),
  }),
  output: z.object({
    saved: z.boolean(),
    count: z.int(),
    added: z.int(),
    removed: z.int(),
    changed: z.int(),
  }),
  async handler(dimension, input) {
    return dimension.setPeopleMap(input.map);
  },
});
