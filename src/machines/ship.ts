/** Push, pull and merge: over which remotes, and what is remembered of each. */
import { AltError, isAltError, type VersionVector } from '../../events/index.js';
import type { Session } from '../session.js';
import { Incoming } from './incoming.js';
import { KnownParts } from './known-parts.js';
import { pullParts } from './pull.js';
import { pushParts } from './push.js';
import { assertSameDimension, identityOf, type Remote } from './remote.js';
import { noteRemote, readRemotes, type RemoteChoice } from './remotes-file.js';
import { remoteTo } from './prepare.js';
import { mergeSource, noRemote, transferring } from './remotes.js';
import { Transfer, type TransferReport } from './report.js';

export interface ShipOptions {
  /** Only this remote; all when absent. */
  readonly remote?: string | undefined;
  /** One that cannot be reached says so in its report, also when it is the only one asked for. */
  readonly isPatient?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with how many events travelled so far. */
  readonly onProgress?: ((events: number) => void) | undefined;
}

interface Named {
  readonly name: string;
  readonly choice: RemoteChoice;
  readonly remote: Remote;
}

/** Sends what the remotes do not have. */
export async function push(session: Session, options: ShipOptions): Promise<TransferReport[]> {
  return overRemotes(session, options, async (named, transfer) => {
    await assertOurs(session, named);
    const known = knownOf(session, named.name);
    const shipped = await pushParts({ ...options, session, remote: named.remote, known, transfer });
    note(session, named.name, { shipped, pushedMs: session.system.now() });
  });
}

/** Takes in what others sent. */
export async function pull(session: Session, options: ShipOptions): Promise<TransferReport[]> {
  return overRemotes(session, options, (named, transfer) =>
    pullOne(session, { ...options, ...named, transfer }),
  );
}

/** As {@link pull}, over one remote that is reached already. */
async function pullOne(
  session: Session,
  work: Omit<ShipOptions, 'remote'> & Named & { readonly transfer: Transfer },
): Promise<void> {
  const { remote, name, transfer, signal, onProgress } = work;
  // Parts may arrive before the file that says whose they are; each says it of itself as well.
  const identity = await identityOf(remote, await remote.list());
  if (identity) assertSameDimension(session.store.identity, identity, remote.location);
  const known = knownOf(session, name);
  const incoming = new Incoming(session.files, session.store.folder);
  const given = { session, remote, source: name, known, incoming, transfer, signal, onProgress };
  const shipped = await pullParts(given);
  note(session, name, { shipped, pulledMs: session.system.now() });
}

/** Takes in another copy of the dimension: its folder, its log, or a remote folder. */
export async function merge(
  session: Session,
  path: string,
  options: Omit<ShipOptions, 'remote'>,
): Promise<TransferReport> {
  return transferring(session, async () => {
    const { remote, name } = await mergeSource(session, path);
    const transfer = new Transfer({ remote: path, location: path });
    const incoming = new Incoming(session.files, session.store.folder);
    const known = undefined;
    await pullParts({ ...options, session, remote, source: name, known, incoming, transfer });
    return transfer.report();
  });
}

async function overRemotes(
  session: Session,
  options: ShipOptions,
  work: (named: Named, transfer: Transfer) => Promise<void>,
): Promise<TransferReport[]> {
  return transferring(session, async () => {
    const reports: TransferReport[] = [];
    for (const named of chosen(session, options.remote)) {
      const { name, remote } = named;
      const transfer = new Transfer({ remote: name, location: remote.location });
      try {
        await work(named, transfer);
        reports.push(transfer.report());
      } catch (error) {
        // One stick that is not plugged in does not keep the others waiting.
        const isAlone = options.remote !== undefined && options.isPatient !== true;
        if (isAlone || !isAltError(error) || error.code === 'CANCELLED') throw error;
        reports.push(transfer.report(error));
      }
    }
    return reports;
  });
}

function chosen(session: Session, name: string | undefined): Named[] {
  const remotes = readRemotes(session.store.folder);
  if (name !== undefined && !remotes[name]) throw noRemote(name);
  const named = Object.entries(remotes).filter(([one]) => name === undefined || one === name);
  if (named.length === 0) {
    throw new AltError('NOT_FOUND', 'This dimension has no remote.', {
      hint: 'Name one with "alt remote add NAME PATH".',
    });
  }
  return named
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([one, choice]) => {
      return { name: one, choice, remote: remoteTo(session, choice) };
    });
}

/** Makes sure that the remote is this dimension's before anything is put there. */
async function assertOurs(session: Session, { name, remote }: Named): Promise<void> {
  const identity = await identityOf(remote, await remote.list());
  if (identity) {
    assertSameDimension(session.store.identity, identity, remote.location);
    return;
  }
  throw new AltError('UNAVAILABLE', `${remote.location} is empty, and was not before.`, {
    hint:
      'Is the stick plugged in, the share mounted? If what was there is lost: ' +
      `"alt remote remove ${name}", then "alt remote add ${name} ${remote.location}".`,
  });
}

const knownOf = ({ files, store }: Session, name: string): KnownParts =>
  new KnownParts({ files, log: store.log, folder: store.folder }, name);

function note(
  { files, store }: Session,
  name: string,
  news: Partial<RemoteChoice> & { readonly shipped: VersionVector },
): void {
  const to = (choice: RemoteChoice): RemoteChoice => {
    return { ...choice, ...news, shipped: latest(choice.shipped, news.shipped) };
  };
  noteRemote(files, store.folder, { name, to });
}

function latest(one: VersionVector, other: VersionVector): VersionVector {
  const replicas = new Set([...Object.keys(one), ...Object.keys(other)]);
  const seqs = [...replicas].map((replica) => {
    return [replica, Math.max(one[replica] ?? 0, other[replica] ?? 0)] as const;
  });
  return Object.fromEntries(seqs.sort(([a], [b]) => (a < b ? -1 : 1)));
}
