/** What every part of a dimension stands on: how it is opened, and on whose behalf. */
import { Opening, type DimensionOptions, type Identity, type Open } from '../opening.js';
import type { Session } from '../session.js';

export class DimensionBase {
  protected readonly opening: Opening;
  protected readonly identity: Partial<Identity>;

  constructor(options: DimensionOptions | Opening = {}, identity: Partial<Identity> = {}) {
    this.opening = options instanceof Opening ? options : new Opening(options);
    this.identity = identity;
  }

  get path(): string {
    return this.opening.path;
  }

  /** Whether a dimension lies at the path. */
  get exists(): boolean {
    return this.opening.exists;
  }

  /** True from {@link close} until it is opened again. */
  get isClosed(): boolean {
    return this.opening.isClosed;
  }

  get isOpen(): boolean {
    return this.opening.isOpen;
  }

  /**
   * Creates the dimension if there is none.
   *
   * @returns true when it was created.
   * @throws {AltError} READ_ONLY, DIMENSION_DAMAGED, MIGRATION_REQUIRED, UPGRADE_REQUIRED
   */
  async init(): Promise<boolean> {
    return this.opening.init(this.identity);
  }

  /** Drops every handle and everything remembered, opens anew and catches up. @returns true. */
  async reconnect(): Promise<boolean> {
    await this.opening.reopen();
    await this.session().store.read(() => undefined);
    return true;
  }

  /** Harmless to call twice. */
  async close(): Promise<void> {
    await this.opening.close();
  }

  /** @throws {AltError} DIMENSION_CLOSED, DIMENSION_NOT_FOUND */
  protected opened(): Open {
    return this.opening.opened();
  }

  protected session(): Session {
    return { ...this.opened().session, ...this.identity };
  }
}
