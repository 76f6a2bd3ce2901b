/**
 * The program `alt-memory-mcp`, and what `alt mcp` runs. Imports nothing itself: stdout belongs to
 * the protocol before any other code can write to it.
 */
import type { Surroundings } from './serve.js';

type Write = Surroundings['write'];

/** Sends what anybody else writes to stdout to stderr; only the returned function writes to it. */
function takeStdout(): Write {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return (text) => {
    return new Promise((resolve, reject) => {
      write(text, (error) => (error ? reject(error) : resolve()));
    });
  };
}

function log(text: string): void {
  process.stderr.write(`alt-memory-mcp: ${text}\n`);
}

/** Resolves at a signal to end, or when nobody reads stdout any more. */
function whenEnded(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    process.stdout.on('error', () => resolve());
  });
}

/**
 * Serves until the client leaves, then ends the process.
 *
 * @param argv what follows the program's name
 */
export async function main(argv: readonly string[]): Promise<void> {
  const write = takeStdout();
  const ended = whenEnded();
  const { env, stdin: input } = process;
  const { readCommandLine } = await import('./command-line.js');
  const line = readCommandLine(argv, env);
  if ('problem' in line) {
    log(line.problem);
    process.exit(2);
  }
  if ('help' in line) {
    await write(line.help);
    process.exit(0);
  }
  const { serve, VERSION } = await import('./serve.js');
  if ('version' in line) await write(`${VERSION}\n`);
  else await serve(line.serve, { input, write, log, env, ended });
  process.exit(0);
}

// A link to this file is named after the program, the file itself too; `alt mcp` is neither.
if (/(^|[\\/])alt-memory-mcp(\.js)?$/.test(process.argv[1] ?? ''))
  await main(process.argv.slice(2));
