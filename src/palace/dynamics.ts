/**
 * How strong a connection is: each use makes it stronger and steadier, time makes it fade. Pure:
 * stored values stay as they are, and what is left of them is worked out when they are read.
 */

export interface Connection {
  /** 0.05–5, as of the last activation. */
  readonly strength: number;
  /** In days: after this time without use a third of the strength is left. More than 0. */
  readonly stability: number;
  /** ISO 8601, UTC; null before the first activation. */
  readonly last_activated: string | null;
  readonly access_count: number;
}

const STRENGTH_MIN = 0.05;
const STRENGTH_MAX = 5;
const STRENGTH_STEP = 0.05;
const STABILITY_STEP = 0.1;
/** Uses in quick succession count as one for the stability. */
const STEADYING_AFTER_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A connection that was never used. */
export const UNUSED: Connection = {
  strength: 1,
  stability: 1,
  last_activated: null,
  access_count: 0,
};

/** The connection after one more use. */
export function potentiate(connection: Connection, nowMs: number): Connection {
  const { strength, stability, last_activated: last, access_count: count } = connection;
  const isRested = last === null || nowMs - Date.parse(last) >= STEADYING_AFTER_MS;
  return {
    strength: Math.min(strength + STRENGTH_STEP, STRENGTH_MAX),
    stability: isRested ? stability + STABILITY_STEP : stability,
    last_activated: new Date(nowMs).toISOString(),
    access_count: count + 1,
  };
}

/** What is left of the strength at a moment: 0.05–5. */
export function effectiveStrength(connection: Connection, nowMs: number): number {
  const { strength, stability, last_activated: last } = connection;
  const idleMs = last === null ? 0 : Math.max(nowMs - Date.parse(last), 0);
  const left = strength * Math.exp(-idleMs / DAY_MS / stability);
  return Math.min(Math.max(left, STRENGTH_MIN), STRENGTH_MAX);
}
