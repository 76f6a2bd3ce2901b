/**
 * What can be asked of a dimension, each thing once: name, schemas, annotations, handler. Commands
 * and tools are thin skins over this list, so they cannot drift apart.
 */
import * as z from 'zod';
import { AltError } from '../../events/index.js';
import type { Dimension } from '../dimension.js';

/** What an operation may do, as MCP's annotations have it. */
export interface Annotations {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
  /** Whether it reaches beyond the dimension, to a server that the user named. */
  readonly openWorld?: boolean;
}

export const READS: Annotations = { readOnly: true, destructive: false, idempotent: true };
export const WRITES: Annotations = { readOnly: false, destructive: false, idempotent: false };
export const WRITES_ONCE: Annotations = { readOnly: false, destructive: false, idempotent: true };
export const DESTROYS: Annotations = { readOnly: false, destructive: true, idempotent: true };

/** What a handler may use besides its input. */
export interface OperationContext {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total?: number) => void) | undefined;
}

export interface Operation {
  /** snake_case; the name of the tool. */
  readonly name: string;
  readonly title: string;
  /** When to use it and what comes back, at most 200 characters. */
  readonly description: string;
  readonly annotations: Annotations;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** Checks the input, acts, and answers in the shape of `output`. */
  run(dimension: Dimension, input: unknown, context?: OperationContext): Promise<OutputObject>;
}

export type OutputObject = Readonly<Record<string, unknown>>;

interface Definition<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: Annotations;
  readonly input: Input;
  readonly output: Output;
  /** Whether it can be asked of the dimension as it was: then it takes `known_at`. */
  readonly travels?: boolean;
  readonly handler: (
    dimension: Dimension,
    input: z.output<Input>,
    context: OperationContext,
  ) => Promise<z.input<Output>>;
}

/** Defines an operation; its input is checked before the handler sees it. */
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: Definition<Input, Output>,
): Operation {
  const { handler, travels = false, ...rest } = definition;
  if (travels) return travelling(definition);
  return {
    ...rest,
    async run(dimension, input, context = {}) {
      return handler(dimension, parseInput(definition.input, input), context);
    },
  };
}

const KNOWN_AT = z
  .string()
  .max(4_096)
  .optional()
  .describe('As it was known then: an ISO time, or a cursor of an earlier answer.');

/** An operation that can be asked of the dimension as it was, and says then what that was. */
function travelling<Input extends z.ZodObject, Output extends z.ZodObject>({
  handler,
  travels: _,
  ...definition
}: Definition<Input, Output>): Operation {
  const { input: own, output, ...rest } = definition;
  const input = own.extend({ known_at: KNOWN_AT });
  return {
    ...rest,
    input,
    output: output.extend({
      known_at: z.string().optional().describe('Cursor of what was asked.'),
    }),
    async run(dimension, given, context = {}) {
      const { known_at: point, ...parsed } = parseInput(input, given) as { known_at?: string };
      const asked = parsed as z.output<Input>;
      if (point === undefined) return handler(dimension, asked, context);
      return dimension.asKnownAt(point, async (past) => {
        return { ...(await handler(past, asked, context)), known_at: past.knownAt };
      });
    },
  };
}

/** @throws {AltError} INVALID_ARGUMENT naming every field that is wrong. */
function parseInput<Input extends z.ZodObject>(schema: Input, input: unknown): z.output<Input> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    return path.length === 0 ? message : `${path.join('.')}: ${message}`;
  });
  const allowed = Object.keys(schema.shape).join(', ');
  throw new AltError('INVALID_ARGUMENT', `${problems.join('; ')}.`, {
    hint: allowed === '' ? 'It takes no arguments.' : `It takes: ${allowed}.`,
  });
}
