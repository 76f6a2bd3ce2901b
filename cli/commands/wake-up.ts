/** `wake-up`: what a session begins with, as text to read. */
import { UsageError } from '../errors.js';
import { printable } from '../layout.js';
import { domainFilter, examples, knownAt, wholeNumber, type PlaceFlags } from '../options.js';
import type { Run, Shell } from '../shell.js';

const LAST_N = 5;
const RULE = '='.repeat(50);

interface WakeUpFlags extends PlaceFlags {
  readonly agent?: string;
  readonly lastN?: number;
  readonly allLayers?: boolean;
  readonly recall?: boolean;
  readonly search?: string;
  readonly limit?: number;
  readonly aaak?: boolean;
  readonly since?: string;
  readonly raw?: boolean;
  readonly knownAt?: string;
}

export function addWakeUpCommand(shell: Shell): void {
  const command = shell.program
    .command('wake-up')
    .description('Show what a session begins with: who you are, and what matters most')
    .option('-a, --agent <name>', "instead, the newest of this agent's diary, layer by layer")
    .option('--last-n <n>', `with --agent: entries a layer (${String(LAST_N)})`, lastN)
    .option('--all-layers', 'with --agent: the archive too')
    .option('-w, --realm <name>', 'only this realm')
    .option('--aaak', 'the story in the compressed dialect: more of it in as many tokens')
    .option('--since <cursor>', 'instead, only what is new since an earlier wake-up')
    .option('--recall', 'instead, the newest memories of a realm or domain')
    .option('--search <query>', 'instead, what is found for a question')
    .addOption(domainFilter())
    .option('-l, --limit <n>', 'with --recall or --search: at most this many', limit)
    .option('--raw', 'print the text alone')
    .addOption(knownAt())
    .action(
      shell.action({}, async (run, flags: WakeUpFlags) => {
        const mode = modeOf(flags);
        refuseStrays(mode, flags);
        await MODES[mode](run, flags);
      }),
    );
  examples(command, [
    'alt wake-up --raw > context.txt',
    'alt wake-up --agent claude --last-n 5',
    'alt wake-up --recall --realm work --domain decisions',
  ]);
}

const lastN = wholeNumber(1, 1_000);
const limit = wholeNumber(1, 100);

type Mode = 'dimension' | 'agent' | 'recall' | 'search' | 'since';

/** The flags that belong to each way of asking. */
const TAKES: Readonly<Record<Mode, readonly (keyof WakeUpFlags)[]>> = {
  dimension: ['realm', 'aaak', 'raw'],
  agent: ['agent', 'lastN', 'allLayers', 'raw'],
  recall: ['recall', 'realm', 'domain', 'limit', 'raw'],
  search: ['search', 'realm', 'domain', 'limit', 'raw'],
  since: ['since', 'realm', 'raw'],
};

function modeOf(flags: WakeUpFlags): Mode {
  if (flags.agent !== undefined) return 'agent';
  if (flags.search !== undefined) return 'search';
  if (flags.since !== undefined) return 'since';
  return flags.recall === true ? 'recall' : 'dimension';
}

function refuseStrays(mode: Mode, flags: WakeUpFlags): void {
  const given = Object.keys(flags) as (keyof WakeUpFlags)[];
  const stray = given.find((name) => name !== 'knownAt' && !TAKES[mode].includes(name));
  if (stray === undefined) return;
  const spelled = (name: string): string =>
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const with_ =
    mode === 'dimension' ? 'without --agent, --recall, --search or --since' : `with --${mode}`;
  throw new UsageError(`${spelled(stray)} means nothing ${with_}.`, 'See: alt wake-up --help');
}

const MODES: Readonly<Record<Mode, (run: Run, flags: WakeUpFlags) => Promise<void>>> = {
  async dimension({ dimension, output }, { realm, aaak, raw }) {
    const { warnings, ...woken } = await dimension.wakeUp({ realm, aaak });
    for (const warning of warnings) output.warn(warning);
    output.result(woken, () => {
      const text = printable(woken.text);
      if (raw === true) return text;
      const next = `\n${RULE}\nNews later: alt wake-up --since ${woken.cursor}`;
      return `Wake-up text (~${String(woken.tokens_estimate)} tokens):\n${RULE}\n${text}${next}`;
    });
  },
  async agent({ dimension, output }, { agent = '', lastN: count, allLayers, raw }) {
    const woken = await dimension.wakeUpAgent(agent, { lastN: count, allLayers });
    output.result(woken, () => {
      const text = printable(woken.text);
      return raw === true ? text : `\n${text}`;
    });
  },
  async recall({ dimension, output }, { realm, domain, limit: count }) {
    const recalled = await dimension.memory.recall({ realm, domain, limit: count });
    output.result(recalled, () => printable(recalled.text));
  },
  async since({ dimension, output }, { since = '', realm, raw }) {
    const news = await dimension.memory.news(since, { realm });
    output.result(news, () => {
      const text = printable(news.text);
      return raw === true ? text : `${text}\n${RULE}\nNext: alt wake-up --since ${news.cursor}`;
    });
  },
  async search({ dimension, output }, { search = '', realm, domain, limit: count }) {
    const found = await dimension.memory.deepSearch(search, { realm, domain, n: count });
    for (const warning of found.warnings) output.warn(warning);
    output.result(found, () => printable(found.text));
  },
};
