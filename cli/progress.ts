/** Tells how far long work is: a line that moves on a terminal, now and then a line elsewhere. */
import { isErrorTerminal, writeError, type Output } from './output.js';

const REDRAW_MS = 100;
const FIRST_LINE_MS = 1_000;
const LINE_MS = 10_000;

interface State {
  readonly done: number;
  readonly total: number | undefined;
  readonly seconds: number;
}

export class Progress {
  readonly #label: string;
  readonly #isTerminal: boolean;
  readonly #isQuiet: boolean;
  readonly #startMs = performance.now();
  #nextMs: number;
  #isDrawn = false;

  constructor(output: Output, label: string) {
    this.#label = label;
    this.#isTerminal = isErrorTerminal();
    this.#isQuiet = output.isQuiet;
    this.#nextMs = this.#startMs + (this.#isTerminal ? 0 : FIRST_LINE_MS);
  }

  readonly update = (done: number, total?: number): void => {
    const nowMs = performance.now();
    if (this.#isQuiet || nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + (this.#isTerminal ? REDRAW_MS : LINE_MS);
    const line = this.#line({ done, total, seconds: (nowMs - this.#startMs) / 1_000 });
    writeError(this.#isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
    this.#isDrawn = this.#isTerminal;
  };

  /** Clears the line. */
  end(): void {
    if (this.#isDrawn) writeError('\r\u001b[K');
    this.#isDrawn = false;
  }

  #line({ done, total, seconds }: State): string {
    const rate = seconds > 0 ? done / seconds : 0;
    if (total === undefined) return `${this.#label}: ${String(done)}`;
    const left = rate > 0 ? Math.ceil((total - done) / rate) : 0;
    const pace = `${rate.toFixed(0)}/s, ${String(left)} s left`;
    return `${this.#label}: ${String(done)}/${String(total)} (${pace})`;
  }
}
