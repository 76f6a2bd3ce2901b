/**
 * Undone events count as if they had never happened: a history in which some are undone says what
 * the same history says that never had them. And the clock rule that the order rests on.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTimes, encodeReference, type LogicalTime } from '../../events/index.js';
import type { Db } from '../../projections/index.js';
import { history, MACHINES, playAll } from '../support/arbitraries.js';
import { dataEvent, marking, type DataEvent } from '../support/event-arbitraries.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../support/holds.js';
import { runs } from '../support/level.js';
import { converge, withMachines, type Machine, type WrittenEvent } from '../support/replicas.js';

/** What the views say, without what only tells one log from another: seqs and counters. */
function statement(db: Db): unknown {
  return {
    entities: db.all(`SELECT stream, id, realm, domain, content, metadata, source_file, created_ms,
      updated_ms, living FROM entities ORDER BY stream`),
    passages: db.all(`SELECT stream, ordinal, hex(terms) FROM passages
      JOIN entities ON num = entity ORDER BY stream, ordinal`),
    vocabulary: db.all('SELECT term, doc, cnt FROM passage_vocabulary ORDER BY term'),
    facts: db.all(`SELECT stream, fact_id, realm, subject, object, valid_from, valid_to, source,
      confidence, source_file, adapter_name, created_ms FROM facts ORDER BY stream, fact_id`),
    terms: db.all('SELECT stream, key, name, type, properties FROM terms ORDER BY stream'),
    aliases: db.all('SELECT stream, key, alias, canonical FROM aliases ORDER BY stream'),
    people: db.all('SELECT stream, key, variant, canonical FROM people ORDER BY stream'),
    realms: db.all('SELECT stream, name, description, created_ms FROM realms ORDER BY stream'),
    domains: db.all('SELECT stream, realm, name, description FROM domains ORDER BY stream'),
    sources: db.all('SELECT stream, source_file, mode, hash, layout FROM sources ORDER BY stream'),
    settings: db.all('SELECT stream, key, value FROM settings ORDER BY stream'),
  };
}

type Fate = 'stays' | 'is undone' | 'is undone twice' | 'is redone' | 'is redone, then undone';
const FATES: readonly Fate[] = [
  ...(['stays', 'is undone', 'is undone twice', 'is redone', 'is redone, then undone'] as const),
];
const MARKS: Readonly<Record<Fate, readonly ('Undone' | 'Redone')[]>> = {
  stays: [],
  'is undone': ['Undone'],
  'is undone twice': ['Undone', 'Undone'],
  'is redone': ['Undone', 'Redone'],
  'is redone, then undone': ['Undone', 'Redone', 'Undone'],
};
const counts = (fate: Fate): boolean => fate === 'stays' || fate === 'is redone';

interface Step {
  readonly event: DataEvent;
  readonly fate: Fate;
  readonly at: 'once' | 'in the end';
}

const steps = fc.array(
  fc.record({
    event: dataEvent,
    fate: fc.constantFrom(...FATES),
    at: fc.constantFrom('once' as const, 'in the end' as const),
  }),
  { minLength: 1, maxLength: 25, size: 'max' },
);

async function mark(on: Machine, { fate }: Step, written: WrittenEvent): Promise<void> {
  const { replica, seq, digest, event } = written;
  const reference = encodeReference({ replica, seq, digest: digest.subarray(0, 8) });
  for (const type of MARKS[fate]) {
    await on.write(marking(type, event.stream, [reference]));
  }
}

/** Writes the events on one machine, a second apart; undoes on both in turn. */
async function live(all: readonly Step[], [a, b]: [Machine, Machine]): Promise<unknown> {
  const late: [Step, WrittenEvent][] = [];
  for (const [index, step] of all.entries()) {
    a.nowMs = 1_000 * (FATES.length * index + 1);
    const [written] = await a.write(step.event);
    if (!written) throw new Error('nothing was written');
    if (step.at === 'once') await mark(a, step, written);
    else late.push([step, written]);
  }
  await converge([a, b]);
  for (const [index, [step, written]] of late.entries()) {
    b.nowMs = 9_000_000;
    a.nowMs = 9_000_000;
    await mark(index % 2 === 0 ? a : b, step, written);
  }
  await converge([a, b]);
  expect(b.digest()).toEqual(a.digest());
  return statement(b.db);
}

describe('undoing', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('makes events count as if they had never happened, redoing as if nothing had', async () => {
    const property = fc.asyncProperty(steps, async (all) => {
      const actual = await withMachines(2, ([a, b]) => live(all, [a as Machine, b as Machine]));
      // The same seconds, so that times agree; the events that do not count are left out.
      const expected = await withMachines(1, async ([only]) => {
        for (const [index, { event, fate }] of all.entries()) {
          if (!only || !counts(fate)) continue;
          only.nowMs = 1_000 * (FATES.length * index + 1);
          await only.write(event);
        }
        return only && statement(only.db);
      });
      expect(actual).toEqual(expected);
    });
    await holds(property, runs(30, 1000));
  });
});

/** The logical time of each event of a replica; a reader stops where it does not rise. */
function collectTimes(of: Machine, replica: string, times: Map<string, LogicalTime>): void {
  const reader = of.log.read(replica);
  for (let commit = reader.next(); commit; commit = reader.next()) {
    const { at } = commit.header;
    for (const { seq } of commit.events) times.set(`${replica}:${String(seq)}`, at);
  }
  expect(reader.end.kind).toBe('end');
}

describe('logical time', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('rises on every machine, above all that was seen, whatever its clock does', async () => {
    const property = fc.asyncProperty(history(), async (actions) => {
      await withMachines(MACHINES, async (machines) => {
        await playAll(machines, actions);
        await converge(machines);
        const [first] = machines as [Machine];
        const times = new Map<string, LogicalTime>();
        for (const { replica } of machines) collectTimes(first, replica, times);
        for (const { replica, seq, knew } of machines.flatMap(({ written }) => written)) {
          const at = times.get(`${replica}:${String(seq)}`) as LogicalTime;
          const seen = Object.entries(knew).map(([other, last]) => {
            return times.get(`${other}:${String(last)}`) ?? { ms: 0, counter: 0 };
          });
          expect(seen.filter((time) => compareTimes(at, time) <= 0)).toEqual([]);
        }
      });
    });
    await holds(property, runs(25, 500));
  });
});
