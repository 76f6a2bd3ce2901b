/** What the store is asked for and what it answers: options, warnings, changes. */
import type {
  Actor,
  EventDataOf,
  EventName,
  EventPayload,
  Files,
  Source,
  System,
} from '../events/index.js';
import type { Db } from '../projections/index.js';

/** Something the user should know that stopped nothing. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

export interface StoreOptions {
  readonly files: Files;
  readonly system: System;
  /** Names this process to others that wait for its lock. */
  readonly label: string;
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  readonly lockWaitMs?: number | undefined;
  /** When false, appends are not synced one by one: for bulk import that says so. */
  readonly durable?: boolean | undefined;
}

/** An event to be appended. */
export type NewEvent = {
  [Name in EventName]: {
    readonly type: Name;
    readonly stream: string;
    readonly data: EventDataOf<Name>;
  };
}[EventName];

/** What a change comes to: the events to append, and what the caller gets. */
export interface Decision<Result> {
  readonly events: readonly NewEvent[];
  readonly result: Result;
}

export interface Change<Result> {
  readonly actor: Actor;
  readonly source: Source;
  /** 16 bytes. */
  readonly batch?: Uint8Array | undefined;
  /**
   * The same key again, for the same operation on this machine, gives the first result and appends
   * nothing.
   */
  readonly idempotencyKey?: string | undefined;
  /** What kind of change it is, so that one key may serve two kinds. */
  readonly operation: string;
  /** Checks against the newest state and decides. Throws to refuse; nothing is then appended. */
  readonly decide: (db: Db) => Decision<Result>;
  /**
   * The result again, from the events of the first time; undefined when they are not what this
   * change would have led to. Needed with an idempotency key.
   */
  readonly recall?: ((events: readonly EventPayload[]) => Result | undefined) | undefined;
}
