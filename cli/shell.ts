/**
 * What commands run in: the flags that all of them take, and the dimension they ask for, opened
 * when a command starts and closed whatever happens.
 */
import type { Command } from 'commander';
import type * as Module from '../src/index.js';
import type { Settings } from '../src/index.js';
import { Output, type OutputFlags } from './output.js';

export type Library = typeof Module;
type Environment = Readonly<Record<string, string | undefined>>;
export type Dimension = InstanceType<Library['Dimension']>;

interface GlobalFlags extends OutputFlags {
  readonly dimension?: string;
}

/** What the action of a command is given. */
export interface Run {
  readonly dimension: Dimension;
  readonly library: Library;
  readonly output: Output;
  /** Aborted by Ctrl-C, and when nobody reads the results any more. */
  readonly signal: AbortSignal;
}

/** What the action of a command that needs no dimension is given. */
export interface PlainRun extends Omit<Run, 'dimension'> {
  readonly settings: Settings;
}

export interface Needs {
  /** Creates the dimension where there is none: commands that write do. */
  readonly creates?: boolean;
  /** Embeds beside the event loop. */
  readonly thread?: 'worker';
  /** For `init`: the embedder of a new dimension. */
  readonly embedder?: (options: never) => string | undefined;
}

/** Does the work; a number is the exit code, nothing is 0. */
type Handler<Parameters extends readonly unknown[]> = (
  run: Run,
  ...parameters: Parameters
) => Promise<number | void>;

export class Shell {
  exitCode = 0;
  readonly program: Command;
  readonly signal: AbortSignal;
  readonly #env: Environment;
  #output: Output | undefined;

  constructor(program: Command, env: Environment, signal: AbortSignal) {
    this.program = program;
    this.signal = signal;
    this.#env = env;
  }

  get #flags(): GlobalFlags {
    return this.program.opts<GlobalFlags>();
  }

  /** Not before the arguments were read. */
  get output(): Output {
    this.#output ??= new Output(this.#flags, this.#env);
    return this.#output;
  }

  /** Makes an action for commander: its arguments and options follow the run. */
  action<Parameters extends readonly unknown[]>(
    needs: Needs,
    handler: Handler<Parameters>,
  ): (...given: [...Parameters, Command]) => Promise<void> {
    return async (...given) => {
      const command = given.at(-1) as Command;
      const parameters = given.slice(0, -1) as unknown as Parameters;
      const library = await import('../src/index.js');
      const dimension = this.#openDimension(library, command, needs);
      const run = { library, output: this.output, signal: this.signal };
      try {
        if (needs.creates === true) await dimension.init();
        this.exitCode = await this.#asAsked(dimension, command, async (asked) => {
          return (await handler({ ...run, dimension: asked }, ...parameters)) ?? 0;
        });
      } finally {
        await dimension.close();
      }
    };
  }

  /** Works on the dimension as it was, where `--known-at` asks for it; else as it is. */
  async #asAsked(
    dimension: Dimension,
    command: Command,
    work: (asked: Dimension) => Promise<number>,
  ): Promise<number> {
    const { knownAt } = command.opts<{ readonly knownAt?: string }>();
    if (knownAt === undefined) return work(dimension);
    return dimension.asKnownAt(knownAt, (past) => {
      this.output.note(`As known at ${past.knownAt ?? ''}`);
      return work(past);
    });
  }

  /** As {@link action}, for commands that need no dimension. */
  plain<Parameters extends readonly unknown[]>(
    handler: (run: PlainRun, ...parameters: Parameters) => Promise<number | void> | void,
  ): (...given: [...Parameters, Command]) => Promise<void> {
    return async (...given) => {
      const library = await import('../src/index.js');
      const settings = this.#readSettings(library);
      const run: PlainRun = { library, settings, output: this.output, signal: this.signal };
      const parameters = given.slice(0, -1) as unknown as Parameters;
      this.exitCode = (await handler(run, ...parameters)) ?? 0;
    };
  }

  #readSettings(library: Library): Settings {
    const settings = library.readSettings({ dimension: this.#flags.dimension }, this.#env);
    for (const warning of settings.warnings) this.output.warn(warning);
    return settings;
  }

  #openDimension(library: Library, command: Command, needs: Needs): Dimension {
    const { output } = this;
    const settings = this.#readSettings(library);
    const { session } = settings;
    return new library.Dimension({
      path: settings.dimensionPath,
      embedder: needs.embedder?.(command.opts<never>()) ?? settings.embedder,
      device: settings.device,
      chroma: settings.chroma,
      actor: { kind: 'cli', tool: command.name(), ...(session !== undefined && { session }) },
      thread: needs.thread,
      onWarning: ({ message }) => {
        output.warn(message);
      },
    });
  }
}
