/**
 * A backup: a folder of the form of a remote, that nobody pulls from. Only what is new is copied,
 * each piece appears whole, and what is erased here is erased there. The log is proved before
 * anything is copied, and every piece that lies there already is proved again.
 */
import { logDamaged } from '../../events/index.js';
import { readHeads } from '../../projections/index.js';
import type { Session } from '../session.js';
import { KnownParts } from './known-parts.js';
import { prepareRemote, remoteTo } from './prepare.js';
import { pushParts } from './push.js';
import type { RemotePlace } from './remote-of.js';
import { transferring } from './remotes.js';
import { Transfer, type TransferReport } from './report.js';
import type { ShipOptions } from './ship.js';

/** Gives the event loop a turn after this long. */
const SLICE_MS = 8;

export type BackupOptions = Omit<ShipOptions, 'remote'>;

/** Copies what the folder has not; see the `backup` of a dimension. */
export async function backup(
  session: Session,
  location: string,
  options: BackupOptions,
): Promise<TransferReport> {
  return transferring(session, async () => {
    await proveLog(session, options);
    const place: RemotePlace = { kind: 'folder', location };
    await prepareRemote(session, place);
    const { files, store } = session;
    const transfer = new Transfer({ remote: location, location });
    const known = new KnownParts({ files, log: store.log, folder: store.folder }, undefined);
    const remote = remoteTo(session, place);
    await pushParts({ ...options, session, remote, known, transfer });
    return transfer.report();
  });
}

/** @throws {AltError} LOG_DAMAGED: what is damaged must not look like a sound copy. */
async function proveLog({ store }: Session, { signal }: BackupOptions): Promise<void> {
  const { log } = store;
  const heads = await store.read(readHeads);
  for (const [replica, head] of heads) log.checkHead(replica, head);
  let sliceStart = performance.now();
  for (const replica of log.replicas()) {
    const reader = log.read(replica);
    while (reader.next()) {
      if (performance.now() - sliceStart < SLICE_MS) continue;
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      sliceStart = performance.now();
    }
    const { end } = reader;
    if (end.kind === 'damage') throw logDamaged(replica, end, end.reason);
  }
}
