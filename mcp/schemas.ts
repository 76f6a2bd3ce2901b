/**
 * The schemas of an operation as clients get them: plain JSON Schema, without what every reader
 * assumes anyway. Each client loads all of them into its context, so every byte counts.
 */
import * as z from 'zod';
import type { Operation } from '../src/index.js';

/** The part of JSON Schema that operations use. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface ObjectSchema extends JsonSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
}

/** Takes exactly the arguments it names. */
export function inputSchema({ input }: Operation): ObjectSchema {
  return toJsonSchema(input, 'input');
}

/** Open for what later releases add; any result may carry warnings. */
export function outputSchema({ output }: Operation): ObjectSchema {
  const schema = toJsonSchema(output, 'output');
  const warnings = { type: 'array', items: { type: 'string' } };
  return { ...schema, properties: { warnings, ...schema.properties } };
}

function toJsonSchema(schema: z.ZodObject, io: 'input' | 'output'): ObjectSchema {
  const made = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema }) {
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      delete jsonSchema.propertyNames;
      const { additionalProperties } = jsonSchema;
      const isAnything =
        typeof additionalProperties === 'object' && Object.keys(additionalProperties).length === 0;
      if (isAnything || (io === 'output' && additionalProperties === false)) {
        delete jsonSchema.additionalProperties;
      }
    },
  });
  // The dialect is the one that the protocol takes for granted.
  delete made.$schema;
  return { properties: {}, ...made } as ObjectSchema;
}
