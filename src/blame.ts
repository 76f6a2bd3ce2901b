/** Who wrote each line of a memory, when, with what and from where. */
import type { ChangeObject } from 'diff';
import { sourcesOfFile } from '../projections/index.js';
import { toIso } from './entity.js';
import type { LogEntry } from './history.js';
import type { Session } from './session.js';
import { foldedEvents, type Folded } from './versions.js';

export interface BlamedLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** Of the change that brought the line: `replica:seq`. */
  readonly event: string;
  readonly type: string;
  /** The writer's wall clock. */
  readonly at: string;
  /** Kind, tool, client and session. */
  readonly actor: LogEntry['actor'];
  /** Whose words: user, model, tool, external or peer. */
  readonly source: string;
  /** The id under which the machine wrote it. */
  readonly machine: string;
  readonly batch: string | null;
  /** Of a line that was mined as it is: where it stands in the file now. */
  readonly source_line: number | null;
}

export interface Blame {
  readonly entity_id: string;
  /** Whether the memory is out of sight. */
  readonly deleted: boolean;
  /** '' when none. */
  readonly source_file: string;
  /** Their texts, joined by newlines, are the content. */
  readonly lines: BlamedLine[];
}

/** A line, and the change that brought it; `index`: where it stood then, from 0. */
interface Line {
  readonly text: string;
  readonly by: Folded;
  readonly index: number;
}

/** Past this many lines added and removed a change is taken as a whole, in bounded time. */
const EDITS_MAX = 5_000;

/** Undefined for an id that was never there. @throws {AltError} INVALID_ARGUMENT */
export async function blame(session: Session, id: string): Promise<Blame | undefined> {
  const folded = await foldedEvents(session, id);
  const last = folded.at(-1)?.row;
  if (!last) return undefined;
  const { diffArrays } = await import('diff');
  let lines: readonly Line[] = [];
  for (const by of folded) {
    const before = lines.map(({ text }) => text);
    const after = by.row.content.split('\n');
    const parts = diffArrays(before, after, { maxEditLength: EDITS_MAX });
    lines = carried(lines, by, parts ?? whole(before, after));
  }
  const { sourceFile } = last;
  const sourceLine = await session.store.read((db) => {
    const layouts = sourcesOfFile(db, sourceFile).map(({ layout }) => layout);
    const [, from, to] = layouts.flat().find(([chunk]) => chunk === last.id) ?? [];
    return (line: Line): number | null => lineInSource(line, folded[0], { from, to });
  });
  return {
    ...{ entity_id: last.id, deleted: last.living === 0, source_file: sourceFile },
    lines: lines.map((line, index) => ({
      ...toBlamed(line, index),
      source_line: sourceLine(line),
    })),
  };
}

type Part = Pick<ChangeObject<string[]>, 'value' | 'added' | 'removed'>;

const whole = (before: string[], after: string[]): Part[] => [
  { value: before, added: false, removed: true },
  { value: after, added: true, removed: false },
];

/** What stays keeps who brought it, and so does what only moved. */
function carried(lines: readonly Line[], by: Folded, parts: readonly Part[]): Line[] {
  let at = 0;
  const moved = new Map<string, Line[]>();
  const kept = parts.flatMap(({ value, added, removed }): (Line | string)[] => {
    if (added) return value;
    const old = lines.slice(at, at + value.length);
    at += value.length;
    if (!removed) return old;
    for (const line of old) moved.set(line.text, [...(moved.get(line.text) ?? []), line]);
    return [];
  });
  return kept.map((line, index) => {
    if (typeof line !== 'string') return line;
    return moved.get(line)?.shift() ?? { text: line, by, index };
  });
}

/** Only of a memory that is its file's lines, one by one. */
function lineInSource(
  { by, index }: Line,
  first: Folded | undefined,
  { from, to }: { readonly from: number | undefined; readonly to: number | undefined },
): number | null {
  if (by !== first || from === undefined || to === undefined) return null;
  return by.row.content.split('\n').length === to - from + 1 ? from + index : null;
}

function toBlamed({ text, by }: Line, index: number): Omit<BlamedLine, 'source_line'> {
  const { replica, seq, type, commit } = by.event.entry;
  const { actor, source, batch, wall } = commit;
  return {
    ...{ line: index + 1, text, event: `${replica}:${String(seq)}`, type: type ?? '' },
    ...{ at: toIso(wall), actor, source, machine: replica },
    batch: batch ? Buffer.from(batch).toString('hex') : null,
  };
}
