/**
 * What the user sees: results on stdout, everything else on stderr. The only place that writes.
 *
 * A reader that went away (`alt list | head`) is no failure: nothing more is written, and whoever
 * asked to be told can stop.
 */
import { once } from 'node:events';
import { printable } from './layout.js';

/** The flags that every command takes. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  readonly color?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function writeOut(text: string): void {
  process.stdout.write(text);
}

/** Prints texts one by one, waiting for whoever reads them: none are heaped up. */
export async function writeOutInTurn(
  texts: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> {
  for await (const text of texts) {
    // Also when the reader is gone, and nothing drains any more.
    if (signal.aborted) return;
    if (process.stdout.write(text)) continue;
    await once(process.stdout, 'drain', { signal }).catch(() => undefined);
  }
}

export function writeError(text: string): void {
  process.stderr.write(text);
}

export const isErrorTerminal = (): boolean => process.stderr.isTTY;
export const isOutTerminal = (): boolean => process.stdout.isTTY;

/** Calls `onGone` when nobody reads the results any more. */
export function watchReader(onGone: () => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    onGone();
  });
  // Nobody reads the messages: there is nobody to tell.
  process.stderr.on('error', () => undefined);
}

export class Output {
  readonly form: 'text' | 'json' | 'ndjson';
  readonly isQuiet: boolean;
  readonly isDebug: boolean;
  readonly #isColored: boolean;

  constructor(flags: OutputFlags, env: Environment) {
    const isJson = flags.json === true || isOn(env.ALT_JSON);
    this.form = flags.ndjson === true ? 'ndjson' : isJson ? 'json' : 'text';
    this.isQuiet = flags.quiet === true || isOn(env.ALT_QUIET);
    this.isDebug = flags.debug === true;
    this.#isColored = flags.color !== false && wantsColor(env);
  }

  /** One result: as JSON when that was asked for, else as text for people. */
  result(value: unknown, text: () => string): void {
    if (this.form === 'text') writeLines(text());
    else writeLines(jsonText(value, this.form === 'json' ? 2 : undefined));
  }

  /** A result that is a list of rows: with --ndjson one row a line. */
  list(value: unknown, rows: readonly unknown[], text: () => string): void {
    if (this.form !== 'ndjson') this.result(value, text);
    else for (const row of rows) writeLines(jsonText(row));
  }

  /** One row of a list that has no end: JSON is one document a line then. */
  row(value: unknown, text: () => string): void {
    writeLines(this.form === 'text' ? text() : jsonText(value));
  }

  /** Something the user should know that stopped nothing. */
  warn(message: string): void {
    if (!this.isQuiet) writeError(`warning: ${printable(message)}\n`);
  }

  note(message: string): void {
    if (!this.isQuiet) writeError(`${printable(message)}\n`);
  }

  bold(text: string): string {
    return this.#isColored ? `\u001b[1m${text}\u001b[22m` : text;
  }
}

/** The same JSON; what JSON leaves as it is and a terminal may obey is escaped. */
export function jsonText(value: unknown, space?: number): string {
  return JSON.stringify(value, undefined, space).replace(/[\u007f-\u009f]/g, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function writeLines(text: string): void {
  writeOut(text.endsWith('\n') ? text : `${text}\n`);
}

const isOn = (value: string | undefined): boolean => /^(1|true|yes|on)$/i.test(value ?? '');

function wantsColor(env: Environment): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  if (isOn(env.FORCE_COLOR)) return true;
  return isOutTerminal() && env.TERM !== 'dumb';
}
