/**
 * By what erased texts are searched for in files: runs of bytes that stand the same in the log, in
 * tables and in JSON, of texts that nothing which stays says too.
 */
import type { JournalEntry } from '../../projections/index.js';
import type { Session } from '../session.js';
import { textsIn } from './scan.js';

const PROBE_BYTES_MAX = 48;
/** Shorter ones stand in files by chance, or as a common word. */
const PROBE_BYTES_MIN = 12;
const PROBES_PER_TEXT = 3;
const PROBES_MAX = 20_000;
/** Made-up ids and hashes: they name streams, and stay. */
const NAMES = /^(?:(?:ent|fact)_[0-9a-z]{26}|[0-9a-f]{16,64})$/;
/** What JSON writes otherwise ends a run. */
const RUNS = /[^\u0000-\u001f"\\\u2028\u2029]+/gu;

/** Every text of those events, read before they are cleared. */
export function textsOf({ store }: Session, entries: readonly JournalEntry[]): Set<string> {
  const texts = new Set<string>();
  for (const { place, digest } of entries) {
    const { payload } = store.log.readEvent(place, digest);
    for (const text of textsIn(payload?.data)) texts.add(text);
  }
  return texts;
}

/** Probes of those texts, each once. */
export function probesOf(texts: Iterable<string>): Buffer[] {
  const probes = new Map<string, Buffer>();
  for (const text of texts) {
    for (const probe of probesIn(text)) probes.set(probe.toString('latin1'), probe);
    if (probes.size > PROBES_MAX) break;
  }
  return [...probes.values()].slice(0, PROBES_MAX);
}

function probesIn(text: string): Buffer[] {
  if (NAMES.test(text)) return [];
  const runs = [...text.matchAll(RUNS)].map(([run]) => run.trim());
  const longest = runs.sort((a, b) => b.length - a.length).slice(0, PROBES_PER_TEXT);
  return longest.map(cut).filter((probe) => probe.length >= PROBE_BYTES_MIN);
}

/** The end of a run, of whole characters: how paths and sentences begin they share with others. */
function cut(run: string): Buffer {
  let probe = '';
  let sizeBytes = 0;
  for (const character of [...run].reverse()) {
    sizeBytes += Buffer.byteLength(character);
    if (sizeBytes > PROBE_BYTES_MAX) break;
    probe = character + probe;
  }
  return Buffer.from(probe);
}
