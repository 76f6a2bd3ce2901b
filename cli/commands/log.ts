/** `log` and `verify`: what happened, and the proof of it. */
import type { Verification } from '../../src/index.js';
import { eventLine, printable } from '../layout.js';
import { examples, wholeNumber } from '../options.js';
import { Progress } from '../progress.js';
import type { Run, Shell } from '../shell.js';

const LIMIT = 50;

export function addLogCommands(shell: Shell): void {
  addLog(shell);
  addVerify(shell);
}

interface LogFlags {
  readonly follow?: boolean;
  readonly type?: string;
  readonly entity?: string;
  readonly stream?: string;
  readonly actor?: string;
  readonly session?: string;
  readonly source?: string;
  readonly batch?: string;
  readonly realm?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit?: number;
  readonly after?: string;
}

function addLog(shell: Shell): void {
  const command = shell.program
    .command('log')
    .description('Show what happened, newest first')
    .option('-f, --follow', 'go on with new events of every process, oldest first, until stopped')
    .option('--type <name>', 'only events of this type, such as EntityAdded')
    .option('--entity <id>', 'only events of this memory')
    .option('--stream <name>', 'only events of this stream')
    .option('-w, --realm <name>', 'only what is about memories and places of this realm')
    .option('--actor <who>', 'only by a kind (mcp), kind and tool (mcp:add_entity) or client')
    .option('--session <name>', 'only of this session')
    .option('--source <class>', 'only words of: user, model, tool, external or peer')
    .option('--batch <id>', 'only of this mine run or import')
    .option('--since <time>', 'only what was written since: ISO 8601, or a date')
    .option('--until <time>', 'only what was written until then')
    .option(
      '-l, --limit <n>',
      `at most this many (default: ${String(LIMIT)})`,
      wholeNumber(1, 10_000),
    )
    .option('--after <cursor>', 'only what came since: the cursor of an earlier --json answer')
    .action(
      shell.action({}, async (run, flags: LogFlags) => {
        if (flags.follow === true) return follow(run, flags);
        const { entity: entityId, limit = LIMIT, ...filter } = flags;
        const history = await run.dimension.history({ ...filter, entityId, limit });
        run.output.list(history, history.events, () => {
          return history.events.length === 0
            ? 'No events found.'
            : history.events.map(eventLine).join('\n');
        });
        return 0;
      }),
    );
  examples(command, ['alt log --type EntityAdded --limit 10', 'alt log --follow --ndjson']);
}

/** Prints events as they come: first those since a cursor, or as many as a limit says. */
async function follow(run: Run, flags: LogFlags): Promise<number> {
  const { dimension, library, output, signal } = run;
  const { entity: entityId, limit = 1, after: since, ...rest } = flags;
  const filter = { ...rest, entityId };
  const { events, cursor } = await dimension.history({ ...filter, limit, after: since });
  const earlier = flags.limit === undefined ? [] : events.toReversed();
  if (flags.after === undefined)
    for (const event of earlier) output.row(event, () => eventLine(event));
  const after = flags.after ?? cursor;
  for await (const event of library.followLog(dimension, { ...filter, after, signal })) {
    output.row(event, () => eventLine(event));
  }
  return 0;
}

function addVerify(shell: Shell): void {
  const command = shell.program
    .command('verify')
    .description('Prove the log byte by byte, and that the views say what it says')
    .action(
      shell.action({}, async ({ dimension, output, signal }) => {
        const progress = new Progress(output, 'Events read');
        const onProgress = (events: number): void => {
          progress.update(events);
        };
        const proof = await dimension.verify({ onProgress, signal });
        progress.end();
        output.result(proof, () => proofLines(proof));
        return proof.ok ? 0 : 5;
      }),
    );
  examples(command, ['alt verify', 'alt verify --json']);
}

function proofLines(proof: Verification): string {
  const { events, commits, segments, replicas, digest } = proof;
  const problems = proof.problems.map(({ kind, where, offset, message }) => {
    const at = offset === undefined ? '' : ` at ${String(offset)}`;
    return printable(`  - ${kind}: ${where}${at}: ${message}`);
  });
  return [
    proof.ok ? 'Verified: the log is whole and the views say what it says.' : 'Problems found:',
    ...problems,
    `  Events: ${String(events)} in ${String(commits)} commits`,
    `  Segments: ${String(segments)} of ${String(replicas)} replica(s)`,
    `  Digest: ${digest}`,
  ].join('\n');
}
