/** Taking back what was done, and taking that back; both are events like any other. */
import { AltError } from '../../events/index.js';
import {
  entityOfStream,
  listEvents,
  readHeads,
  type Db,
  type JournalEntry,
  type JournalFilter,
} from '../../projections/index.js';
import { toLogEntry, type LogEntry } from '../history.js';
import { change, type Session } from '../session.js';
import { eventsOf, planOf, type Direction, type Plan, type StreamPlan } from './plan.js';
import { filterOf, type Chosen, type UndoSelection } from './selection.js';

export interface UndoOptions {
  /** Only say what would happen. */
  readonly dryRun?: boolean | undefined;
  /** Also where later events may build on what is undone. */
  readonly force?: boolean | undefined;
}

/** Something that changed again after what is undone. */
export interface BuiltOn {
  readonly stream: string;
  /** Of the memory, where it is one. */
  readonly entity_id: string | null;
  /** The later events, oldest first. */
  readonly later: LogEntry[];
}

export interface UndoReport {
  readonly dry_run: boolean;
  /** Events that no longer count. */
  readonly undone: number;
  /** Events that count again. */
  readonly redone: number;
  /** Memories, facts, places … whose state changes. */
  readonly streams: number;
  /** Chosen events by type. */
  readonly types: Readonly<Record<string, number>>;
  /** What later events build on, at most 100. */
  readonly built_on: BuiltOn[];
  readonly built_on_total: number;
  /** Chosen events that cannot be undone: the founding of the dimension, unknown types. */
  readonly skipped: number;
}

const SHOWN_MAX = 100;
const STREAMS_MAX = 200_000;

/**
 * Makes the state what it would be if the chosen events had not happened; chosen undos are undone
 * too. Nothing leaves the log.
 *
 * @throws {AltError} INVALID_ARGUMENT when nothing is chosen; CONFLICT, unless forced, when later
 *   events build on what is chosen; NOT_FOUND when nothing that is chosen is there; TOO_LARGE
 */
export async function undo(
  session: Session,
  selection: UndoSelection,
  options: UndoOptions = {},
): Promise<UndoReport> {
  return apply(session, { selection, direction: 'undo', ...options });
}

/** Makes chosen events that were undone count again. @throws {AltError} as {@link undo} */
export async function redo(
  session: Session,
  selection: UndoSelection,
  options: Pick<UndoOptions, 'dryRun'> = {},
): Promise<UndoReport> {
  return apply(session, { selection, direction: 'redo', ...options, force: true });
}

interface Request extends UndoOptions {
  readonly selection: UndoSelection;
  readonly direction: Direction;
}

async function apply(session: Session, request: Request): Promise<UndoReport> {
  const { selection, direction, dryRun = false, force = false } = request;
  const filter = filterOf(selection);
  const decide = (db: Db): { readonly plan: Plan; readonly report: UndoReport } => {
    const chosen = listEvents(db, asOfNow(session, db, filter));
    if (chosen.length === 0) throw new AltError('NOT_FOUND', 'No event is chosen by that.');
    const plan = planOf(session, db, { chosen, direction });
    if (plan.streams.length > STREAMS_MAX) throw tooMany(plan.streams.length);
    return { plan, report: reportOf(session, db, { chosen, plan, dryRun }) };
  };
  if (dryRun) return session.store.read((db) => decide(db).report);
  const own = { ...session, actor: { ...session.actor, kind: 'undo' as const } };
  return change<UndoReport>(own, {
    operation: direction,
    decide(db) {
      const { plan, report } = decide(db);
      if (report.built_on_total > 0 && !force) throw builtOn(report);
      return { events: eventsOf(plan), result: report };
    },
  });
}

/** What this machine wrote last, and replicas named by their first digits, are known only now. */
function asOfNow(session: Session, db: Db, { isLast, ...filter }: Chosen): JournalFilter {
  const heads = readHeads(db);
  if (isLast) {
    const replica = session.store.ownReplica() ?? '';
    const seq = heads.get(replica)?.seq;
    if (seq === undefined) throw new AltError('NOT_FOUND', 'Nothing was written here yet.');
    return { ...filter, commitOf: { replica, seq } };
  }
  const { commitOf } = filter;
  if (!commitOf) return filter;
  const [replica = '', ...others] = [...heads.keys()].filter((id) =>
    id.startsWith(commitOf.replica),
  );
  if (others.length === 0) return { ...filter, commitOf: { ...commitOf, replica } };
  throw new AltError('INVALID_ARGUMENT', `Several machines' ids begin with ${commitOf.replica}.`);
}

function reportOf(
  session: Session,
  db: Db,
  {
    chosen,
    plan: { streams, skipped },
    dryRun,
  }: { readonly chosen: readonly JournalEntry[]; readonly plan: Plan; readonly dryRun: boolean },
): UndoReport {
  const sum = (of: (plan: StreamPlan) => readonly unknown[]): number =>
    streams.reduce((total, plan) => total + of(plan).length, 0);
  const isBuiltOn = streams.filter(({ later }) => later.length > 0);
  const types: Record<string, number> = {};
  for (const { type } of chosen) types[type ?? 'erased'] = (types[type ?? 'erased'] ?? 0) + 1;
  return {
    dry_run: dryRun,
    undone: sum(({ undo: events }) => events),
    redone: sum(({ redo: events }) => events),
    streams: streams.length,
    types,
    built_on: isBuiltOn.slice(0, SHOWN_MAX).map(({ stream, later }) => ({
      stream,
      entity_id: entityOfStream(db, stream)?.id ?? null,
      later: later.map((entry) => toLogEntry(session, entry)),
    })),
    built_on_total: isBuiltOn.length,
    skipped: skipped.length,
  };
}

function builtOn({ built_on, built_on_total: total }: UndoReport): AltError {
  const ids = built_on.flatMap(({ entity_id: id }) => id ?? []).slice(0, 5);
  const named = ids.length === 0 ? '' : `: ${ids.join(', ')}${total > ids.length ? ', …' : ''}`;
  return new AltError('CONFLICT', `${String(total)} of them changed again since${named}.`, {
    hint: 'Look at them with a dry run; force undoes nevertheless and keeps what came later.',
    details: { built_on: built_on.map(({ stream, entity_id: id }) => id ?? stream) },
  });
}

function tooMany(streams: number): AltError {
  return new AltError('TOO_LARGE', `That changes ${streams.toLocaleString('en')} things at once.`, {
    hint: 'Undo it in parts: by batch, by session or by shorter times.',
  });
}
