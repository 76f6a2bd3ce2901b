/** From whatever was thrown to what the user is told and the exit code. */
import { CommanderError } from 'commander';
import { printable } from './layout.js';
import { jsonText, writeError, type Output } from './output.js';

/** Wrong use of the command line itself: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly exit: number;
}

/** Tells about a failure on stderr. @returns the exit code. */
export async function reportError(error: unknown, output: Output): Promise<number> {
  const { exit, code, message, hint } = await describe(error);
  if (exit === 0) return 0;
  if (output.form === 'text') {
    writeError(`error: ${printable(message)} [${code}]\n`);
    if (hint !== undefined) writeError(`hint: ${printable(hint)}\n`);
  } else {
    writeError(`${jsonText({ error: { code, message, hint: hint ?? null } })}\n`);
  }
  if (output.isDebug && error instanceof Error) writeError(`${printable(stackOf(error))}\n`);
  return exit;
}

async function describe(error: unknown): Promise<Told> {
  if (error instanceof CommanderError) return describeUsage(error);
  if (error instanceof UsageError) {
    return { code: 'INVALID_ARGUMENT', message: error.message, hint: error.hint, exit: 2 };
  }
  const { ERROR_CODES, isAltError } = await import('../src/index.js');
  if (isAltError(error)) {
    const { code, message, hint } = error;
    return { code, message, hint, exit: ERROR_CODES[code].exit };
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = 'Run it again with --debug to see where, and report it.';
  return { code: 'INTERNAL', message, hint, exit: 1 };
}

/**
 * Commander's own errors come with a prefix, and a suggestion on a line of its own. Help and
 * version are thrown too, after they were printed; so is the help for no command at all.
 */
function describeUsage(error: CommanderError): Told {
  const wasAnswered = error.exitCode === 0 || error.code === 'commander.help';
  if (wasAnswered) return { code: '', message: '', exit: 0 };
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const message = /[.?!]$/.test(first) ? first : `${first}.`;
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'Add --help to see what it takes.';
  return { code: 'INVALID_ARGUMENT', message, hint, exit: 2 };
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
