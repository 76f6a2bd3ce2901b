/** `mcp`: the server for agents. */
import { UsageError } from '../errors.js';
import { examples } from '../options.js';
import type { Shell } from '../shell.js';

/** The server is a program of its own, built beside this one. */
const SERVER = './alt-memory-mcp.js';

interface Server {
  /** Serves until the client leaves, then ends the process. */
  readonly main: (argv: readonly string[]) => Promise<void>;
}

interface McpFlags {
  readonly transport: string;
  readonly readOnly?: boolean;
  readonly tools?: string;
}

export function addMcpCommand(shell: Shell): void {
  const command = shell.program
    .command('mcp')
    .description('Serve the dimension to agents over MCP')
    .option('--transport <name>', 'how clients connect: stdio', 'stdio')
    .option('--read-only', 'leave out the tools that change something')
    .option('--tools <list>', 'all, core, or a comma list of tools and categories; -name removes')
    .action(async (flags: McpFlags) => {
      if (flags.transport !== 'stdio') {
        const said = `Unknown transport '${flags.transport}': this release speaks stdio.`;
        throw new UsageError(said, 'Leave --transport out.');
      }
      const { dimension } = shell.program.opts<{ readonly dimension?: string }>();
      const server = (await import(new URL(SERVER, import.meta.url).href)) as Server;
      await server.main([
        ...(dimension === undefined ? [] : [`--dimension=${dimension}`]),
        ...(flags.readOnly === true ? ['--read-only'] : []),
        ...(flags.tools === undefined ? [] : [`--tools=${flags.tools}`]),
      ]);
    });
  examples(command, ['alt mcp', 'alt mcp --dimension ~/notes-memory --read-only']);
}
