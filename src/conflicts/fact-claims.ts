/**
 * What the events of a triple say: whether and until when it holds, and what else is known of each
 * of its facts. Two assertions are two intervals, or one covers the other; they never conflict.
 */
import { endInstant, saidFrom, startInstant } from '../../projections/index.js';
import type { EventDataOf } from '../../events/index.js';
import type { LoadedEvent } from '../../replay/index.js';
import { claims, fieldsOf, isOfType, weakly, type Claim } from './claim.js';

type Asserted = EventDataOf<'FactAsserted'>;
type Amended = EventDataOf<'FactAmended'>;

const VALIDITY = 'validity';

/** @param events the living ones of one triple, in total order */
export function factClaims(events: readonly LoadedEvent[]): Claim[] {
  const assertions = events.filter((event) => isOfType(event, 'FactAsserted'));
  return events.flatMap((event) => {
    if (isOfType(event, 'FactAmended')) return amendments(event);
    const [said] = claims(event, { [VALIDITY]: valueOf(event) });
    if (!said || isOfType(event, 'FactEnded')) return said ?? [];
    const { fact_id, fact_ids } = fieldsOf(event);
    const named = (fact_ids ?? [fact_id]) as readonly string[];
    return { ...said, factIds: isOfType(event, 'FactRetracted') ? same(assertions, named) : named };
  });
}

function valueOf(event: LoadedEvent): unknown {
  if (isOfType(event, 'FactRetracted')) return { retracted: true };
  if (isOfType(event, 'FactEnded')) return { ended: fieldsOf(event).ended };
  const { valid_from: from = null, valid_to: to = null } = event.data as Asserted;
  return { valid_from: from, valid_to: to };
}

function amendments(event: LoadedEvent): Claim[] {
  const { fact_id: id, ...details } = event.data as Amended;
  const named = Object.entries(details).map(([key, value]) => [`${id}.${key}`, value] as const);
  return [
    ...claims(event, Object.fromEntries(named)),
    { ...weakly(event, VALIDITY, { amended: true }), factIds: [id] },
  ];
}

/** These facts, and those that are one with them because one covers the other. */
function same(assertions: readonly LoadedEvent[], ids: readonly string[]): readonly string[] {
  const named = assertions.filter(({ data }) => ids.includes((data as Asserted).fact_id));
  const others = assertions.filter((other) => {
    return named.some((one) => covers(one, other) || covers(other, one));
  });
  return [...ids, ...others.map(({ data }) => (data as Asserted).fact_id)];
}

function covers(outer: LoadedEvent, inner: LoadedEvent): boolean {
  const [a, b] = [outer.data as Asserted, inner.data as Asserted];
  return (
    startInstant(a.valid_from) <= saidFrom(b, inner.entry.commit.wall) &&
    endInstant(a.valid_to) >= endInstant(b.valid_to)
  );
}

/** Whether two things that were said of a triple cannot both be so. */
export function factsClash(a: Claim, b: Claim): boolean {
  const kinds = [kindOf(a), kindOf(b)].sort().join(' ');
  if (kinds === 'asserted ended') return kindOf(a) === 'ended' ? goesOn(b, a) : goesOn(a, b);
  if (kinds === 'ended ended') return endOf(a) !== endOf(b);
  if (kinds === 'ended retracted') return true;
  if (kinds !== 'amended retracted' && kinds !== 'asserted retracted') return false;
  return a.factIds?.some((id) => b.factIds?.includes(id)) ?? false;
}

/** Ends only shorten, and what never held cannot end: whichever was said later. */
export function factOutlasts(standing: Claim, next: Claim): boolean {
  if (kindOf(next) !== 'ended') return false;
  return kindOf(standing) === 'retracted' || endOf(standing) < endOf(next);
}

type Kind = 'asserted' | 'amended' | 'ended' | 'retracted';

const KINDS: Readonly<Record<string, Kind>> = {
  FactAsserted: 'asserted',
  FactAmended: 'amended',
  FactEnded: 'ended',
  FactRetracted: 'retracted',
};

const kindOf = ({ event }: Claim): Kind => KINDS[event.entry.type ?? ''] ?? 'amended';

export const isEnd = (claim: Claim): boolean => kindOf(claim) === 'ended';
export const isRetraction = (claim: Claim): boolean => kindOf(claim) === 'retracted';

/** The last second of an end; of anything else one that comes after all. */
function endOf(claim: Claim): string {
  const { ended } = fieldsOf(claim.event);
  return endInstant(ended as string | undefined);
}

/** Whether an assertion reaches beyond an end that lies within it. */
function goesOn(assertion: Claim, end: Claim): boolean {
  const { valid_from, valid_to } = assertion.event.data as Asserted;
  return startInstant(valid_from) <= endOf(end) && endInstant(valid_to) > endOf(end);
}

export const isValidity = ({ field }: Claim): boolean => field === VALIDITY;
