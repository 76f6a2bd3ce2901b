/** What a transfer says of itself. */
import type { AltError, PartTrouble } from '../../events/index.js';

/** A part that was not taken, or not sent. */
export interface PartReport {
  /** Its name in the remote. */
  readonly part: string;
  /**
   * `gap`, `future`, `newer`, `other_dimension`, `unfinished`: it waits; `damaged`, `fork`, `size`,
   * `name`, `kind`, `shorter`: it is refused.
   */
  readonly code: PartTrouble | 'unfinished' | 'size' | 'name' | 'kind' | 'shorter';
  readonly reason: string;
}

export interface TransferReport {
  /** The remote's name; of a merge, the folder. */
  readonly remote: string;
  readonly location: string;
  /** What travelled and is new where it arrived. */
  readonly parts: number;
  readonly events: number;
  readonly bytes: number;
  /** What arrived and is tried again at the next pull. */
  readonly waiting: PartReport[];
  readonly refused: PartReport[];
  /** Why this remote could not be reached at all, where others could. */
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

const WAITING: readonly string[] = ['gap', 'future', 'newer', 'other_dimension', 'unfinished'];

/** Counts what travels as it does. */
export class Transfer {
  readonly #of: { readonly remote: string; readonly location: string };
  parts = 0;
  events = 0;
  bytes = 0;
  readonly #waiting: PartReport[] = [];
  readonly #refused: PartReport[] = [];

  constructor(of: { readonly remote: string; readonly location: string }) {
    this.#of = of;
  }

  moved(events: number, bytes: number): void {
    this.parts += 1;
    this.events += events;
    this.bytes += bytes;
  }

  left(part: PartReport): void {
    const list = WAITING.includes(part.code) ? this.#waiting : this.#refused;
    const isSaid = list.some((one) => one.part === part.part && one.code === part.code);
    if (!isSaid) list.push(part);
  }

  /** Forgets what was left: it is tried again. */
  again(): void {
    this.#waiting.length = 0;
    this.#refused.length = 0;
  }

  /** Whether something of that replica was refused. */
  hasRefused(replica: string): boolean {
    return this.#refused.some(({ part }) => part.startsWith(`${replica}/`));
  }

  report(error?: AltError): TransferReport {
    const { code = '', message = '', hint = '' } = error ?? {};
    return {
      ...this.#of,
      parts: this.parts,
      events: this.events,
      bytes: this.bytes,
      waiting: this.#waiting,
      refused: this.#refused,
      error: error ? { code, message, hint } : null,
    };
  }
}
