/** Runs one command line: signals, errors and exit codes. */
import { reportError } from './errors.js';
import { watchReader, writeError } from './output.js';
import { createShell } from './program.js';

const INTERRUPTED = 130;

/** Runs the command and sets the exit code of the process. */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const stopping = new AbortController();
  let stop: 'signal' | 'reader' | undefined;
  const onSignal = (): void => {
    // The second time nobody wants to wait for a clean end.
    if (stop === 'signal') process.exit(INTERRUPTED);
    stop = 'signal';
    stopping.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  watchReader(() => {
    stop ??= 'reader';
    stopping.abort();
  });
  const shell = createShell(env, stopping.signal);
  try {
    await shell.program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!stopping.signal.aborted) shell.exitCode = await reportError(error, shell.output);
  }
  if (stop === 'signal' && !shell.output.isQuiet) writeError('Interrupted.\n');
  const stopped = { signal: INTERRUPTED, reader: 0 };
  process.exitCode = stop === undefined ? shell.exitCode : stopped[stop];
}
