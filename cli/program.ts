/** The tree of commands: what there is, in the order and groups in which help shows it. */
import { Command } from 'commander';
import { addAaakCommands } from './commands/aaak.js';
import { addBackupCommands } from './commands/backup.js';
import { addEntityCommands } from './commands/entities.js';
import { addConflictCommands } from './commands/conflicts.js';
import { addDiffCommand } from './commands/diff.js';
import { addEraseCommands } from './commands/erase.js';
import { addFactCommands } from './commands/facts.js';
import { addInitCommands } from './commands/init.js';
import { addLogCommands } from './commands/log.js';
import { addMachineCommands } from './commands/machines.js';
import { addMcpCommand } from './commands/mcp.js';
import { addMineCommand } from './commands/mine.js';
import { addModelCommands } from './commands/models.js';
import { addPersonaCommands } from './commands/personas.js';
import { addRealmCommands } from './commands/realms.js';
import { addRecordCommands } from './commands/records.js';
import { addRepairCommands } from './commands/repair.js';
import { addSafekeepingCommands } from './commands/safekeeping.js';
import { addSearchCommands } from './commands/search.js';
import { addServeCommand } from './commands/serve.js';
import { addTunnelCommands } from './commands/tunnels.js';
import { addVectorCommands } from './commands/vectors.js';
import { addWakeUpCommand } from './commands/wake-up.js';
import { addUndoCommands } from './commands/undo.js';
import { addVersionCommands } from './commands/versions.js';
import { writeOut } from './output.js';
import { Shell } from './shell.js';
import { nameAndVersion } from './version.js';

const GROUPS = [
  ['Dimension:', [addInitCommands]],
  ['Memories:', [addEntityCommands, addVersionCommands, addRealmCommands, addBackupCommands]],
  ['Search:', [addSearchCommands, addVectorCommands, addModelCommands]],
  ['Knowledge graph:', [addFactCommands]],
  ['Palace graph:', [addTunnelCommands]],
  ['Agents and personas:', [addRecordCommands, addWakeUpCommand, addPersonaCommands]],
  ['Mining:', [addMineCommand]],
  ['AAAK:', [addAaakCommands]],
  ['Machines:', [addMachineCommands, addServeCommand, addSafekeepingCommands]],
  ['Server:', [addMcpCommand]],
  [
    'Log and maintenance:',
    [
      addLogCommands,
      addDiffCommand,
      addUndoCommands,
      addConflictCommands,
      addEraseCommands,
      addRepairCommands,
    ],
  ],
] as const;

/** A shell whose program knows every command. */
export function createShell(
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Shell {
  const program = new Command('alt');
  const shell = new Shell(program, env, signal);
  program
    .description('A local-first memory for AI agents: the log is the memory.')
    .usage('[options] <command>')
    .option('-D, --dimension <path>', 'the folder of the dimension (default: ~/.alt-memory)')
    .option('--json', 'print one JSON document')
    .option('--ndjson', 'print lists as one JSON document a line')
    .option('-q, --quiet', 'print results and errors only')
    .option('--debug', 'print stack traces')
    .option('--no-color', 'print without colour')
    .version(nameAndVersion(), '-V, --version', 'print name and version')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut, writeErr: writeOut, outputError: () => undefined })
    .helpCommand('help [command]', 'show what a command does and takes')
    .exitOverride();
  for (const [group, registrations] of GROUPS) {
    program.commandsGroup(group);
    for (const register of registrations) register(shell);
  }
  addExitCodes(program);
  return shell;
}

const EXIT_CODES = `Exit codes:
    0  done; also when nothing was found
    1  failed
    2  wrong usage or an invalid value
    3  a memory, fact, file or dimension does not exist
    4  busy: another live process holds the lock
    5  a check found problems, or some files failed
  130  stopped by Ctrl-C
`;

/** `alt help exit-codes`. */
function addExitCodes(program: Command): void {
  const topic = program.command('exit-codes', { hidden: true });
  topic.helpInformation = () => EXIT_CODES;
  topic.action(() => {
    topic.outputHelp();
  });
}
