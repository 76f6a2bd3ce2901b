/** One memory on several machines: where its log is shipped, and the shipping. */
import { AltError, nodeFiles } from '../../events/index.js';
import { countEvents } from '../../projections/index.js';
import { backup, type BackupOptions } from '../machines/backup.js';
import { beginClone, dropClone, finishClone, type ClonePlace } from '../machines/clone.js';
import { placeOf, type RemoteOptions, type RemotePlace } from '../machines/remote-of.js';
import { addRemote, remotesStatus, removeRemote, type RemoteStatus } from '../machines/remotes.js';
import type { TransferReport } from '../machines/report.js';
import { merge, pull, push, type ShipOptions } from '../machines/ship.js';
import { resolvePath } from '../opening.js';
import { realSystem } from '../system.js';
import { Erasing } from './erasing.js';

export interface CloneOptions extends Omit<ShipOptions, 'remote'>, RemoteOptions {}

/** The name of the remote that a clone was made from. */
const ORIGIN = 'origin';

export class Shipping extends Erasing {
  /**
   * Names a place over which the log travels: a folder (on a stick, a share, or carried by a file
   * syncer) or `s3://bucket/prefix`. It holds pieces of the log, never the live dimension. Known on
   * this machine only.
   *
   * @throws {AltError} INVALID_ARGUMENT for a bad name or a place with something else in it;
   *   ALREADY_EXISTS for a name in use; OTHER_DIMENSION; UNAVAILABLE when it cannot be reached
   */
  async addRemote(name: string, address: string, options: RemoteOptions = {}): Promise<void> {
    return addRemote(this.session(), name, { address, options });
  }

  /** The remotes by name, each with what was not shipped there yet. None of them is asked. */
  async listRemotes(): Promise<RemoteStatus[]> {
    return remotesStatus(this.session());
  }

  /** Forgets a remote; what lies there stays. @throws {AltError} NOT_FOUND */
  async removeRemote(name: string): Promise<void> {
    return removeRemote(this.session(), name);
  }

  /**
   * Ships what is held here and is not there: also what came from other machines.
   *
   * @returns one report a remote; one that could not be reached says so in `error`.
   * @throws {AltError} NOT_FOUND without a remote; for a named one also why it cannot be reached
   */
  async push(options: ShipOptions = {}): Promise<TransferReport[]> {
    return push(this.session(), options);
  }

  /** Takes in what others shipped; whatever cannot be waits, or is refused, with a reason. */
  async pull(options: ShipOptions = {}): Promise<TransferReport[]> {
    return this.#arrived(pull(this.session(), options));
  }

  /**
   * Takes in another copy of this dimension: its folder, its log, or a remote folder. Nothing is
   * written there, and merging again changes nothing.
   *
   * @throws {AltError} OTHER_DIMENSION, NOT_FOUND
   */
  async merge(folder: string, options: Omit<ShipOptions, 'remote'> = {}): Promise<TransferReport> {
    return this.#arrived(merge(this.session(), resolvePath(folder), options));
  }

  /**
   * Copies what is new to a folder, which has the form of a remote: every piece is written once,
   * whole, and what was erased here is erased there. What lies there is proved again each time, and
   * never replaced but by what is sound. See `restoreDimension`.
   *
   * @throws {AltError} LOG_DAMAGED before anything is copied when the log here is not sound;
   *   INVALID_ARGUMENT for a folder with something else in it; OTHER_DIMENSION; UNAVAILABLE
   */
  async backup(folder: string, options: BackupOptions = {}): Promise<TransferReport> {
    return backup(this.session(), resolvePath(folder), options);
  }

  /**
   * Makes this dimension, which must not exist yet, from a remote, which becomes its remote
   * `origin`.
   *
   * @throws {AltError} ALREADY_EXISTS when something is there; NOT_FOUND when that is no remote, or
   *   nothing of its log can be taken in; UNAVAILABLE
   */
  async clone(address: string, options: CloneOptions = {}): Promise<TransferReport> {
    const { signal, onProgress, ...reached } = options;
    const place: ClonePlace = { files: nodeFiles, system: realSystem, path: this.path };
    const from = placeOf(address, reached);
    const beside = await beginClone(place, from);
    const copy = new Shipping(this.opening.elsewhere(beside), this.identity);
    const filled = copy.#fill(from, { signal, onProgress });
    const report = await filled.finally(() => copy.close());
    if (report) {
      finishClone(place, beside);
      return report;
    }
    dropClone(place, beside);
    throw new AltError('NOT_FOUND', `Nothing of a log can be taken in from ${from.location}.`, {
      hint: 'Push to it first; a syncer may not have brought the parts yet.',
    });
  }

  /** Undefined when nothing came. */
  async #fill(
    { location, options: reached }: RemotePlace,
    options: Omit<ShipOptions, 'remote'>,
  ): Promise<TransferReport | undefined> {
    const remotes = await this.listRemotes();
    if (remotes.length === 0) await this.addRemote(ORIGIN, location, reached);
    const [report] = await this.pull({ ...options, remote: ORIGIN });
    const held = await this.session().store.read(countEvents);
    return held.total > 0 ? report : undefined;
  }

  /** What lies beside the views follows what came in. */
  async #arrived<Result>(work: Promise<Result>): Promise<Result> {
    const report = await this.settled(work);
    await this.swept();
    await this.refreshSideFiles();
    return report;
  }
}
