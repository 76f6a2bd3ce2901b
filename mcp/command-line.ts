/** The options of `alt-memory-mcp`, read before anything heavy is loaded. */
import { parseArgs } from 'node:util';
import { chooseTools } from './profiles.js';

export interface ServeOptions {
  /** As given; the environment and the configuration are asked when absent. */
  readonly dimension: string | undefined;
  readonly isReadOnly: boolean;
  /** Names of the tools to show. */
  readonly tools: ReadonlySet<string>;
}

export type CommandLine =
  | { readonly serve: ServeOptions }
  | { readonly help: string }
  | { readonly version: true }
  | {
      /** What is wrong with the arguments, as sentences. */
      readonly problem: string;
    };

const TRANSPORTS: readonly string[] = ['stdio'];

const HELP = `Usage: alt-memory-mcp [options]

Serves a dimension to an MCP client over stdin and stdout.

  --dimension PATH   the dimension's folder, created if absent
                     (ALT_DIM_PATH, then ALT_MEMORY_PATH, then ~/.alt-memory)
  --transport NAME   ${TRANSPORTS.join(', ')}
  --read-only        leave out the tools that change something
  --tools LIST       all, core, or a comma list of tools and categories; -name removes
                     (ALT_MCP_TOOLS)
  --version          print the version
  --help             print this
`;

/** @param argv what follows the program's name @param env for ALT_MCP_TOOLS */
export function readCommandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const values = parse(argv);
  if ('problem' in values) return values;
  if (values.help === true) return { help: HELP };
  if (values.version === true) return { version: true };
  const { transport = 'stdio', dimension } = values;
  if (!TRANSPORTS.includes(transport)) {
    const known = TRANSPORTS.join(', ');
    return { problem: `Unknown transport '${transport}'. This release has: ${known}.` };
  }
  const chosen = chooseTools(values.tools ?? (env.ALT_MCP_TOOLS?.trim() || 'all'));
  if ('problem' in chosen) return chosen;
  const isReadOnly = values['read-only'] === true;
  return { serve: { dimension, isReadOnly, tools: chosen.names } };
}

function parse(argv: readonly string[]): Values | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        dimension: { type: 'string' },
        transport: { type: 'string' },
        'read-only': { type: 'boolean' },
        tools: { type: 'string' },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `${reason} See --help.` };
  }
}

interface Values {
  readonly dimension?: string;
  readonly transport?: string;
  readonly 'read-only'?: boolean;
  readonly tools?: string;
  readonly version?: boolean;
  readonly help?: boolean;
}
