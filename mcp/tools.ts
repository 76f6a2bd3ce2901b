/**
 * Every operation as a tool: what is listed, and what a call does. Knows no protocol message and
 * no transport; one set of tools serves all connections of a process.
 */
import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import {
  AltError,
  isAltError,
  OPERATIONS,
  UNLISTED_OPERATIONS,
  type Actor,
  type Background,
  type Dimension,
  type Operation,
} from '../src/index.js';
import { readArguments, takes, type Values } from './arguments.js';
import { Gate } from './gate.js';
import { failureResult, successResult } from './results.js';
import { inputSchema, outputSchema, type ObjectSchema } from './schemas.js';

/** How long a search waits for a background run that is about to end. */
const SETTLE_BUDGET_MS = 200;
/** An actor's labels are at most this long. */
const LABEL_CHARACTERS_MAX = 64;

/** Run while nothing else does. */
const ALONE: ReadonlySet<string> = new Set(['close_dimension', 'init_dimension', 'reconnect']);
/** Without the dimension. */
const FREE: ReadonlySet<string> = new Set(['ping']);
/** Answered though never shown, where the tool that it goes with is shown. */
const UNLISTED_BESIDE: Readonly<Record<string, string>> = { memory_summarize: 'memory_write' };
const SEARCHES: ReadonlySet<string> = new Set(['search', 'check_duplicate']);
/** Answers whole, with full paths: a backup must come back as it was. */
const WHOLE: ReadonlySet<string> = new Set(['export_collection']);
/** Opens handles anew and appends nothing. */
const ALLOWED_READ_ONLY: ReadonlySet<string> = new Set(['reconnect']);

export interface ToolsOptions {
  readonly dimension: Dimension;
  readonly background: Background;
  readonly isReadOnly: boolean;
  /** The tools to show. */
  readonly names: ReadonlySet<string>;
  /** Names this run of the server in the log. */
  readonly session: string;
  readonly exposesPaths: boolean;
  /** Told of errors that are bugs. */
  readonly onBug: (error: unknown) => void;
}

export interface Caller {
  /** The client's name, for the log only. */
  readonly name: string | undefined;
  readonly signal: AbortSignal;
}

interface Entry {
  readonly operation: Operation;
  readonly input: ObjectSchema;
  readonly tool: Tool;
}

export class Tools {
  readonly #options: ToolsOptions;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #gate = new Gate();
  #opened: Promise<void> | undefined;

  constructor(options: ToolsOptions) {
    this.#options = options;
    const chosen = Object.values(OPERATIONS).filter(({ name }) => options.names.has(name));
    const hidden = Object.values(UNLISTED_OPERATIONS).filter(({ name }) => {
      return options.names.has(UNLISTED_BESIDE[name] ?? '');
    });
    const known = [...chosen, ...hidden];
    this.#entries = new Map(known.map((operation) => [operation.name, toEntry(operation)]));
  }

  /** In the order of the operations. */
  list(): Tool[] {
    const entries = [...this.#entries.values()];
    const listed = entries.filter(
      ({ operation }) => !Object.hasOwn(UNLISTED_BESIDE, operation.name),
    );
    return listed.filter((entry) => this.#isAllowed(entry)).map(({ tool }) => tool);
  }

  #isAllowed({ operation: { name, annotations } }: Entry): boolean {
    return !this.#options.isReadOnly || annotations.readOnly || ALLOWED_READ_ONLY.has(name);
  }

  /** Opens the dimension, made if absent, and starts embedding what waits. */
  async open(): Promise<void> {
    this.#opened ??= this.#open();
    try {
      await this.#opened;
    } catch (error) {
      // The cause may be gone at the next call.
      this.#opened = undefined;
      throw error;
    }
  }

  async #open(): Promise<void> {
    const { dimension, background, isReadOnly, session } = this.#options;
    if (isReadOnly && !dimension.exists) return;
    await dimension.as({ actor: { kind: 'mcp', session }, source: 'model' }).init();
    background.start();
  }

  /** Undefined when there is no such tool; every other failure is a result. */
  async call(name: string, given: Values, caller: Caller): Promise<CallToolResult | undefined> {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    try {
      if (!this.#isAllowed(entry)) throw readOnly(name);
      const { input, warnings } = readArguments(entry.input, given);
      const run = (): Promise<CallToolResult> => this.#run(entry, { input, warnings, caller });
      return await (ALONE.has(name) ? this.#gate.alone(run) : this.#gate.shared(run));
    } catch (error) {
      if (!isAltError(error)) this.#options.onBug(error);
      return failureResult(error, takes(entry.input));
    }
  }

  async #run(
    { operation }: Entry,
    call: { readonly input: Values; readonly warnings: readonly string[]; readonly caller: Caller },
  ): Promise<CallToolResult> {
    const { background, dimension, exposesPaths } = this.#options;
    const { name } = operation;
    if (!FREE.has(name)) await this.open();
    if (SEARCHES.has(name)) await background.settle(SETTLE_BUDGET_MS);
    if (ALONE.has(name)) await background.stop();
    try {
      const view = dimension.as({ actor: this.#actor(name, call.caller), source: 'model' });
      const output = await operation.run(view, call.input, { signal: call.caller.signal });
      const isWhole = WHOLE.has(name);
      return successResult(output, {
        warnings: call.warnings,
        exposesPaths: exposesPaths || isWhole,
        isWhole,
      });
    } finally {
      if (ALONE.has(name) && !dimension.isClosed) background.start();
      else if (!operation.annotations.readOnly) background.poke();
    }
  }

  #actor(tool: string, { name }: Caller): Actor {
    const label = name?.slice(0, LABEL_CHARACTERS_MAX).toWellFormed();
    const { session } = this.#options;
    return { kind: 'mcp', tool, ...(label !== undefined && { name: label }), session };
  }
}

function readOnly(name: string): AltError {
  return new AltError('READ_ONLY', `${name} changes something, and this server only reads.`, {
    hint: 'Start the server without --read-only.',
  });
}

function toEntry(operation: Operation): Entry {
  const { name, title, description, annotations } = operation;
  const input = inputSchema(operation);
  const tool = {
    name,
    title,
    description,
    inputSchema: input,
    outputSchema: outputSchema(operation),
    annotations: {
      readOnlyHint: annotations.readOnly,
      destructiveHint: annotations.destructive,
      idempotentHint: annotations.idempotent,
      openWorldHint: annotations.openWorld ?? false,
    },
  };
  return { operation, input, tool: tool as unknown as Tool };
}
