/** `record`, `record-read`, `agents`: what agents write for themselves. */
import { textOrInput } from '../input.js';
import { agentLine, diaryLines } from '../layout.js';
import { examples, knownAt, realmFilter, wholeNumber } from '../options.js';
import type { Shell } from '../shell.js';

const ENTRY_CHARACTERS_SHOWN = 200;

export function addRecordCommands(shell: Shell): void {
  addRecord(shell);
  addRecordRead(shell);
  addAgents(shell);
}

interface RecordFlags {
  readonly agent: string;
  readonly entry: string;
  readonly topic?: string;
  readonly realm?: string;
}

function addRecord(shell: Shell): void {
  const command = shell.program
    .command('record')
    .description("Write an entry into an agent's diary")
    .requiredOption('-a, --agent <name>', 'who writes')
    .requiredOption('-e, --entry <text>', 'the entry, at most 100,000 characters; - reads it')
    .option('-t, --topic <word>', 'what it is about; summary and pattern make layers (general)')
    .option('-w, --realm <name>', 'where to file it (agent_<name>)')
    .action(
      shell.action({ creates: true }, async ({ dimension, output, signal }, flags: RecordFlags) => {
        const { agent, entry, topic, realm } = flags;
        const text = await textOrInput(entry, signal);
        const { entity_id: id, ...rest } = await dimension.diaryWrite(agent, text, {
          topic,
          realm,
        });
        output.result({ id, ...rest }, () => `Record entry written to realm: ${rest.realm}`);
      }),
    );
  examples(command, [
    'alt record -a claude -e "Found the race in the retry of the login." -t debug',
    'alt record -a claude -t summary -e - < session.txt',
  ]);
}

interface ReadFlags {
  readonly agent: string;
  readonly lastN: number;
  readonly realm?: string;
  readonly topic?: string;
  readonly full?: boolean;
}

function addRecordRead(shell: Shell): void {
  const command = shell.program
    .command('record-read')
    .description("Read an agent's diary, newest first")
    .requiredOption('-a, --agent <name>', 'whose diary')
    .option('--last-n <n>', 'at most this many', wholeNumber(1, 1_000), 10)
    .addOption(realmFilter())
    .option('-t, --topic <word>', 'only this topic')
    .option('--full', 'show whole entries')
    .addOption(knownAt())
    .action(
      shell.action({}, async ({ dimension, output }, flags: ReadFlags) => {
        const { agent, full, ...filter } = flags;
        const { entries, total } = await dimension.pageDiary(agent, filter);
        const charactersMax = full === true ? Infinity : ENTRY_CHARACTERS_SHOWN;
        output.list({ agent, entries, total }, entries, () => {
          if (entries.length === 0) return 'No record entries.';
          return entries.map((entry) => diaryLines(entry, charactersMax)).join('\n');
        });
      }),
    );
  examples(command, [
    'alt record-read --agent claude --last-n 10',
    'alt record-read -a claude -t summary --full',
  ]);
}

function addAgents(shell: Shell): void {
  const command = shell.program
    .command('agents')
    .description('List who keeps a diary here')
    .action(
      shell.action({}, async ({ dimension, output }) => {
        const rows = await dimension.describeAgents();
        output.list(rows, rows, () => {
          return rows.length === 0 ? 'No agents.' : rows.map(agentLine).join('\n');
        });
      }),
    );
  examples(command, ['alt agents', 'alt agents --json']);
}
