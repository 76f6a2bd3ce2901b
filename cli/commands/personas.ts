/** `persona list|show|use|create|delete`: characters that an assistant can take on. */
import type { Command } from 'commander';
import type { Persona } from '../../src/index.js';
import { confirm, textOrInput } from '../input.js';
import { personaLine, printable } from '../layout.js';
import { examples, jsonObject, yes, type YesFlag } from '../options.js';
import type { Run, Shell } from '../shell.js';

export function addPersonaCommands(shell: Shell): void {
  const group = shell.program
    .command('persona')
    .description('Characters that an assistant can take on, each with a realm of its own');
  addList(shell, group);
  addShow(shell, group);
  addUse(shell, group);
  addCreate(shell, group);
  addDelete(shell, group);
  examples(group, [
    'alt persona create coder --prompt "You write small functions."',
    'alt persona use coder',
  ]);
}

function addList(shell: Shell, group: Command): void {
  const command = group
    .command('list')
    .description('List personas in the order in which they were made; * marks the active one')
    .action(
      shell.action({}, async ({ dimension, output }) => {
        const personas = await dimension.listPersonas();
        output.list(personas, personas, () => {
          return personas.length === 0 ? 'No personas.' : personas.map(personaLine).join('\n');
        });
      }),
    );
  examples(command, ['alt persona list', 'alt persona list --json']);
}

function addShow(shell: Shell, group: Command): void {
  const command = group
    .command('show')
    .description('Show the system prompt of a persona')
    .argument('[name]', 'the active one when absent')
    .action(
      shell.action({}, async (run, name: string | undefined) => {
        const persona = await find(run, name);
        run.output.result(persona, () => printable(persona.system_prompt));
      }),
    );
  examples(command, ['alt persona show', 'alt persona show coder --json']);
}

async function find({ dimension, library }: Run, name: string | undefined): Promise<Persona> {
  const { found, name: wanted } = await dimension.findCharacter(name);
  const all = await dimension.listPersonas();
  const persona = all.find((one) => found && one.name === wanted);
  if (persona) return persona;
  const message =
    name === undefined ? 'No persona is active.' : `There is no persona '${printable(name)}'.`;
  const hint = 'Run "alt persona list" to see which there are.';
  throw new library.AltError('NOT_FOUND', message, { hint });
}

interface DefineFlags {
  readonly prompt?: string;
  readonly description?: string;
  readonly meta?: Record<string, unknown>;
}

const takesDefinition = (command: Command): Command =>
  command
    .argument('<name>', 'its name')
    .option('-p, --prompt <text>', 'the system prompt; - reads it')
    .option('--description <text>', 'for people: what it is for')
    .option('-m, --meta <json>', 'further particulars, a JSON object', jsonObject);

async function optionsOf(run: Run, { prompt, description, meta }: DefineFlags) {
  const systemPrompt = prompt === undefined ? undefined : await textOrInput(prompt, run.signal);
  return { systemPrompt, description, metadata: meta };
}

function addUse(shell: Shell, group: Command): void {
  const command = takesDefinition(group.command('use'))
    .description('Activate a persona; what is given is changed, an unknown one is made')
    .action(
      shell.action({ creates: true }, async (run, name: string, flags: DefineFlags) => {
        const set = await run.dimension.setPersona(name, await optionsOf(run, flags));
        run.output.result(set, () => {
          return `${set.created ? 'Created and activated' : 'Activated'}: ${set.name}`;
        });
      }),
    );
  examples(command, [
    'alt persona use coder',
    'alt persona use coder --prompt "You explain what you do."',
  ]);
}

function addCreate(shell: Shell, group: Command): void {
  const command = takesDefinition(group.command('create'))
    .description('Make a persona without activating it')
    .action(
      shell.action({ creates: true }, async (run, name: string, flags: DefineFlags) => {
        const made = await run.dimension.createPersona(name, await optionsOf(run, flags));
        run.output.result(made, () => `Created: ${made.name}`);
      }),
    );
  examples(command, [
    'alt persona create coder --prompt "You write small functions."',
    'alt persona create architect --prompt - < architect.txt',
  ]);
}

function addDelete(shell: Shell, group: Command): void {
  const command = group
    .command('delete')
    .description('Take a persona away; its realm and the memories in it stay')
    .argument('<name>', 'its name')
    .addOption(yes())
    .action(
      shell.action({}, async (run, name: string, flags: YesFlag) => {
        const question = `Delete the persona '${printable(name)}'?`;
        if (!(await confirm({ question, yes: flags.yes, signal: run.signal }))) {
          run.output.note('Aborted.');
          return 1;
        }
        const gone = await run.dimension.removePersona(name);
        run.output.result(gone, () => {
          return gone.deleted ? `Deleted. Its memories stay in ${gone.realm}.` : 'Not found.';
        });
        return gone.deleted ? 0 : 3;
      }),
    );
  examples(command, ['alt persona delete coder', 'alt persona delete coder --yes --json']);
}
