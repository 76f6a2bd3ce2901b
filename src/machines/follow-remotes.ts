/** Pulling whenever something may have arrived: folders tell of it, other remotes are asked. */
import { isDeepStrictEqual } from 'node:util';
import type { Dimension } from '../dimension.js';
import { watchFolders } from '../folder-watch.js';
import type { TransferReport } from './report.js';

/** A file syncer delivers a part in pieces. */
const STEP_MS = 500;
const EVERY_MS = 30_000;

export interface FollowRemotesOptions {
  /** Only this remote; all when absent. */
  readonly remote?: string | undefined;
  /** How often remotes are asked that tell nothing by themselves, ms; 30 s when absent. */
  readonly everyMs?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Pulls at once and then whenever a remote may have news, until the signal.
 *
 * @returns the report of each pull that brought something, or that went another way than the one
 *   before; a remote that cannot be reached is tried again.
 * @throws {AltError} NOT_FOUND without a remote, or without one of that name
 */
export async function* followRemotes(
  dimension: Dimension,
  options: FollowRemotesOptions,
): AsyncGenerator<TransferReport, void, undefined> {
  const { remote, everyMs = EVERY_MS, signal } = options;
  const folders = (await dimension.listRemotes())
    .filter(({ kind, name }) => kind === 'folder' && name === (remote ?? name))
    .map(({ location }) => location);
  const looks = { stepMs: Math.min(STEP_MS, everyMs), idleMs: everyMs, signal };
  const changes = await watchFolders(folders, looks);
  const isNews = newsFilter();
  try {
    while (!signal.aborted) {
      const reports = await dimension.pull({ remote, signal, isPatient: true });
      yield* reports.filter(isNews);
      await changes.next();
    }
  } finally {
    await changes.close();
  }
}

/** Tells of reports in turn whether they say something that the one before did not. */
function newsFilter(): (report: TransferReport) => boolean {
  const before = new Map<string, unknown>();
  return ({ remote, events, waiting, refused, error }) => {
    const state = { waiting, refused, error };
    const isOther = !isDeepStrictEqual(before.get(remote), state);
    before.set(remote, state);
    return events > 0 || isOther;
  };
}
