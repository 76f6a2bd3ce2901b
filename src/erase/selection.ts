/** What is to be erased, as callers say it, and whether an event belongs to that. */
import { AltError, compareTimes, type EventPayload } from '../../events/index.js';
import { normalizeName } from '../names.js';
import { resolvePath } from '../opening.js';
import { checkShape } from '../values.js';
import { textsIn, type ScannedEvent } from './scan.js';

/** Exactly one of them is given. */
export interface EraseSelection {
  /** Of memories, records, facts and tunnels; living or not. */
  readonly ids?: readonly string[] | undefined;
  /** Everything that names this source file, as it was given or by its path. */
  readonly source?: string | undefined;
  /** A realm with all that is in it, or was when it was deleted. */
  readonly realm?: string | undefined;
  /** Whatever ever said this text, in whatever case; at least two characters. */
  readonly match?: string | undefined;
}

/** Decides which streams are meant, event by event. */
export interface Chooser {
  /** Undefined for an event that says nothing of it. */
  readonly decide: (payload: EventPayload) => boolean | undefined;
  /** Whether the last event that says something decides, or any that says yes. */
  readonly isLast: boolean;
}

const MATCH_MIN = 2;
const IDS_MAX = 10_000;
const ID_FIELDS = ['entity_id', 'fact_id', 'tunnel_id'] as const;
const HINT = 'Name ids, or one of a source, a realm and a text.';

/** @throws {AltError} INVALID_ARGUMENT unless exactly one kind of selection is given */
export function chooserOf(selection: EraseSelection): Chooser {
  checkShape(selection, 'object', 'The selection');
  const { ids, source, realm, match } = selection;
  const given = [ids, source, realm, match].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new AltError('INVALID_ARGUMENT', 'Exactly one thing chooses what is erased.', {
      hint: HINT,
    });
  }
  if (ids !== undefined) return byIds(ids);
  if (source !== undefined) return bySource(source);
  if (realm !== undefined) return byRealm(normalizeName(realm, 'realm'));
  return byText(match ?? '');
}

const any = (decide: Chooser['decide']): Chooser => ({ decide, isLast: false });

function byIds(ids: readonly string[]): Chooser {
  const isList = Array.isArray(ids) && ids.every((id) => typeof id === 'string' && id !== '');
  if (!isList || ids.length === 0 || ids.length > IDS_MAX) {
    throw new AltError('INVALID_ARGUMENT', 'ids must be 1 to 10,000 ids.', { hint: HINT });
  }
  const wanted = new Set<unknown>(ids);
  return any(({ data }) => ID_FIELDS.some((field) => wanted.has(data[field])));
}

function bySource(source: string): Chooser {
  checkShape(source, 'text', 'source');
  if (source === '') throw new AltError('INVALID_ARGUMENT', 'source must not be empty.');
  const names: readonly unknown[] = [source, resolvePath(source)];
  return any(({ data }) => names.includes(data.source_file) || data.source_key === source);
}

function byRealm(realm: string): Chooser {
  const decide = (payload: EventPayload): boolean | undefined => {
    const realms = realmsOf(payload);
    return realms.length === 0 ? undefined : realms.includes(realm);
  };
  return { decide, isLast: true };
}

function realmsOf({ type, data }: EventPayload): unknown[] {
  const ends = [data.source, data.target].map((end) => {
    return typeof end === 'object' && end !== null && 'realm' in end ? end.realm : undefined;
  });
  const own = type.startsWith('Realm') ? data.name : data.realm;
  return [own, ...ends].filter((realm) => realm !== undefined);
}

function byText(match: string): Chooser {
  checkShape(match, 'text', 'match');
  const wanted = match.trim().toLowerCase();
  if ([...wanted].length < MATCH_MIN) {
    throw new AltError('INVALID_ARGUMENT', 'match must have at least two characters.');
  }
  return any(({ data }) => {
    for (const text of textsIn(data)) if (text.toLowerCase().includes(wanted)) return true;
    return undefined;
  });
}

/** Takes in events of one stream, in any order, and knows whether they choose it. */
export class Verdict {
  readonly #chooser: Chooser;
  #last: ScannedEvent['header'] | undefined;
  #lastSeq = 0;
  isChosen = false;

  constructor(chooser: Chooser) {
    this.#chooser = chooser;
  }

  take({ header, seq, payload }: ScannedEvent): void {
    const said = this.#chooser.decide(payload);
    if (said === undefined) return;
    if (!this.#chooser.isLast) {
      this.isChosen ||= said;
      return;
    }
    if (this.#isEarlier(header, seq)) return;
    this.#last = header;
    this.#lastSeq = seq;
    this.isChosen = said;
  }

  #isEarlier(header: ScannedEvent['header'], seq: number): boolean {
    const last = this.#last;
    if (!last) return false;
    const order = compareTimes(header.at, last.at);
    if (order !== 0) return order < 0;
    if (header.replica !== last.replica) return header.replica < last.replica;
    return seq < this.#lastSeq;
  }
}
