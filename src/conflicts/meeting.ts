/**
 * Which claims of one field met: none of their writers had seen the other, and the same later
 * changes, if any, came on top of both. Pure, and the same whatever arrived when.
 */
import { isDeepStrictEqual } from 'node:util';
import type { JournalEntry } from '../../projections/index.js';
import type { Claim } from './claim.js';
import { factOutlasts, factsClash, isEnd, isRetraction, isValidity } from './fact-claims.js';

/**
 * Why the winner counts: what was said later does; a deletion stands whatever is changed of what is
 * gone; of two ends the earlier one does; what was retracted neither ends nor changes.
 */
export type Reason = 'later' | 'deleted' | 'ends_earlier' | 'retracted';

export interface Meeting {
  readonly winner: Claim;
  readonly loser: Claim;
  readonly reason: Reason;
  /** The first change that had seen both; undefined while there is none. */
  readonly settledBy: Claim | undefined;
}

/** Whether the writer of the one had seen the other. */
export type Knows = (entry: JournalEntry, other: JournalEntry) => boolean;

/** @param claims of one field of one stream, in total order */
export function meetingsIn(claims: readonly Claim[], knows: Knows): Meeting[] {
  const all = afterEach(claims, knows);
  const deciding = decidingOnes(claims);
  const groups = new Map<bigint, Placed[]>();
  for (const [index, claim] of claims.entries()) {
    const after = all[index] ?? 0n;
    const changes = claim.isWeak ? after : after & deciding;
    const group = groups.get(changes) ?? [];
    groups.set(changes, group);
    group.push({ claim, index, after });
  }
  return [...groups].flatMap(([changes, group]) => {
    const settledBy = claims.find((_, index) => (changes & bit(index)) !== 0n);
    return partsOf(group).flatMap((part) => decide(part, settledBy));
  });
}

interface Placed {
  readonly claim: Claim;
  readonly index: number;
  /** The claims, as bits, that were made with knowledge of this one. */
  readonly after: bigint;
}

const bit = (index: number): bigint => 1n << BigInt(index);

/** Per claim those whose writers had seen it, or had seen one that had. */
function afterEach(claims: readonly Claim[], knows: Knows): bigint[] {
  const all = claims.map(() => 0n);
  for (const [index, { event }] of [...claims.entries()].reverse()) {
    let after = 0n;
    for (let later = index + 1; later < claims.length; later += 1) {
      if ((after & bit(later)) !== 0n) continue;
      const other = claims[later]?.event.entry;
      if (other && knows(other, event.entry)) after |= bit(later) | (all[later] ?? 0n);
    }
    all[index] = after;
  }
  return all;
}

/** What only takes the field for granted changes nothing of what decided it. */
const decidingOnes = (claims: readonly Claim[]): bigint =>
  claims.reduce((mask, { isWeak }, index) => (isWeak ? mask : mask | bit(index)), 0n);

/** Whether the claims say different things, neither with knowledge of the other. */
function meet(a: Placed, b: Placed): boolean {
  if (((a.after & bit(b.index)) | (b.after & bit(a.index))) !== 0n) return false;
  if (isValidity(a.claim)) return factsClash(a.claim, b.claim);
  return !isDeepStrictEqual(a.claim.value, b.claim.value);
}

/** Those that meet, directly or through another. */
function partsOf(group: readonly Placed[]): Placed[][] {
  let parts: Placed[][] = [];
  for (const claim of group) {
    const isJoined = (part: readonly Placed[]): boolean => part.some((other) => meet(claim, other));
    const joined = parts.filter(isJoined).flat();
    parts = [...parts.filter((part) => !isJoined(part)), [...joined, claim]];
  }
  const inOrder = parts.map((part) => part.sort((a, b) => a.index - b.index));
  return inOrder.filter((part) => part.length > 1);
}

/** Whether a claim goes on to count although the other comes later. */
function outlasts(standing: Claim, next: Claim): boolean {
  return next.isWeak || (isValidity(next) && factOutlasts(standing, next));
}

function decide(part: readonly Placed[], settledBy: Claim | undefined): Meeting[] {
  const winner = part.reduce((standing, next) => {
    return meet(standing, next) && !outlasts(standing.claim, next.claim) ? next : standing;
  });
  const lost = part.filter((placed) => meet(placed, winner));
  // Of what one machine said in a row only the last is lost.
  const last = lost.filter(({ after }) => !lost.some(({ index }) => (after & bit(index)) !== 0n));
  return last.map(({ claim: loser }) => {
    return { winner: winner.claim, loser, reason: reasonOf(winner.claim, loser), settledBy };
  });
}

function reasonOf(winner: Claim, loser: Claim): Reason {
  if (!isValidity(winner)) return loser.isWeak ? 'deleted' : 'later';
  if (isEnd(winner) && isEnd(loser)) return 'ends_earlier';
  return isRetraction(winner) && (isEnd(loser) || loser.isWeak) ? 'retracted' : 'later';
}
