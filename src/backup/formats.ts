/** Exports as text, piece by piece: a list of memories, one a line, or every event of the log. */
import { AltError } from '../../events/index.js';
import { history } from '../history.js';
import type { Session } from '../session.js';
import { exportEntities, type ExportFilter } from './export.js';

export const EXPORT_FORMATS = ['jsonl', 'json', 'markdown', 'events'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const EVENTS_PER_PAGE = 1_000;

export interface ExportTextOptions extends ExportFilter {
  /** `jsonl` when absent. `events` takes no filter. */
  readonly format?: Exclude<ExportFormat, 'markdown'> | undefined;
}

/** @throws {AltError} INVALID_ARGUMENT for a filter of events */
export function exportText(
  session: Session,
  options: ExportTextOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { format = 'jsonl', ...filter } = options;
  if (format === 'json') return jsonList(session, filter);
  if (format === 'jsonl') return jsonLines(session, filter);
  if (filter.realm === undefined && filter.domain === undefined) return events(session);
  throw new AltError('INVALID_ARGUMENT', 'Events are exported whole: a filter would hide changes.');
}

async function* jsonLines(
  session: Session,
  filter: ExportFilter,
): AsyncGenerator<string, void, undefined> {
  for await (const entity of exportEntities(session, filter)) yield `${JSON.stringify(entity)}\n`;
}

async function* jsonList(
  session: Session,
  filter: ExportFilter,
): AsyncGenerator<string, void, undefined> {
  let lead = '[\n';
  for await (const entity of exportEntities(session, filter)) {
    yield `${lead}${JSON.stringify(entity)}`;
    lead = ',\n';
  }
  yield lead === '[\n' ? '[]\n' : '\n]\n';
}

/** In total order, with what each says: everything that this product knows. */
async function* events(session: Session): AsyncGenerator<string, void, undefined> {
  let after: string | undefined;
  for (;;) {
    const page = await history(session, { oldestFirst: true, limit: EVENTS_PER_PAGE, after });
    for (const event of page.events) yield `${JSON.stringify(event)}\n`;
    if (page.events.length < EVENTS_PER_PAGE) return;
    after = page.cursor;
  }
}
