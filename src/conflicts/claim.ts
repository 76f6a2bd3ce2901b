/** What an event says of one field of its stream. */
import type { EventName } from '../../events/index.js';
import type { LoadedEvent } from '../../replay/index.js';

export interface Claim {
  readonly event: LoadedEvent;
  /** Within the stream: `content`, `place`, `metadata.topic`, `deleted`, `validity`, … */
  readonly field: string;
  /** JSON; null for nothing. */
  readonly value: unknown;
  /**
   * The event only takes for granted that the field is so, as a change of a memory does that the
   * memory lives: it never decides the field, but it may be lost by what does.
   */
  readonly isWeak: boolean;
  /** Of `validity`: the facts that are meant; all of the triple when absent. */
  readonly factIds?: readonly string[];
}

export type Fields = Readonly<Record<string, unknown>>;

/** Data as fields: its schema was checked when it was read. */
export const fieldsOf = ({ data }: LoadedEvent): Fields => data as Fields;

export const isOfType = ({ entry }: LoadedEvent, ...types: readonly EventName[]): boolean =>
  (types as readonly (string | null)[]).includes(entry.type);

/** A claim of each field that is given. */
export function claims(event: LoadedEvent, fields: Fields): Claim[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => ({ event, field, value, isWeak: false }));
}

export const weakly = (event: LoadedEvent, field: string, value: unknown): Claim => {
  return { event, field, value, isWeak: true };
};
