/** What commands that move parts of a log have in common: progress, lines, the exit code. */
import type { PartReport, TransferReport } from '../src/index.js';
import { printable } from './layout.js';
import { Progress } from './progress.js';
import type { Run } from './shell.js';

const SHOWN_MAX = 10;
const PROBLEM = 5;

interface Travel {
  readonly signal: AbortSignal;
  readonly onProgress: (events: number) => void;
}

export async function travelling<Result>(
  { output, signal }: Pick<Run, 'output' | 'signal'>,
  work: (options: Travel) => Promise<Result>,
): Promise<Result> {
  const progress = new Progress(output, 'Events');
  const onProgress = (events: number): void => {
    progress.update(events);
  };
  try {
    return await work({ signal, onProgress });
  } finally {
    progress.end();
  }
}

/** A name that is not ours hurts nobody; everything else that was refused does. */
export function exitOf(reports: readonly TransferReport[]): number {
  if (reports.some(({ error }) => error !== null)) return 1;
  const problems = reports.flatMap(({ refused }) => refused).filter(({ code }) => code !== 'name');
  return problems.length > 0 ? PROBLEM : 0;
}

export function linesOf(report: TransferReport, verb: 'sent' | 'received' | 'copied'): string[] {
  const { remote, parts, events, bytes, waiting, refused, error } = report;
  if (error) return [printable(`${remote}: ${error.message} [${error.code}]`), `  ${error.hint}`];
  const sent = `${String(events)} events ${verb} (${String(parts)} parts, ${String(bytes)} bytes)`;
  return [
    printable(`${remote}: ${parts === 0 ? `nothing to be ${verb}` : sent}`),
    ...partLines('wait', waiting),
    ...partLines('refused', refused),
    ...hintLines(report),
  ];
}

/** What to do where only a person can. */
function hintLines({ refused }: TransferReport): string[] {
  if (!refused.some(({ code }) => code === 'fork')) return [];
  return [
    '  hint: two machines wrote under one replica id. On the one that was copied or put back:',
    '    "alt pull", then "alt repair --mode fork".',
  ];
}

function partLines(what: string, parts: readonly PartReport[]): string[] {
  if (parts.length === 0) return [];
  const shown = parts.slice(0, SHOWN_MAX).map(({ part, reason }) => {
    return printable(`    ${part}: ${reason}`);
  });
  const more = parts.length - shown.length;
  return [
    `  ${String(parts.length)} ${what}:`,
    ...shown,
    ...(more > 0 ? [`    … and ${String(more)} more`] : []),
  ];
}
