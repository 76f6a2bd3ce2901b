/** The one place where view databases are opened; statements are prepared once per connection. */
import Database from 'better-sqlite3';
import { makePrivateFile, systemError } from '../events/index.js';

export type SqlValue = string | number | bigint | Uint8Array | null;

/** Another connection's commit is waited for this long; commits are short, readers never block. */
export const BUSY_WAIT_MS = 10_000;

export interface OpenOptions {
  /** Not yet live: nothing is synced, a crash throws the file away. */
  readonly building?: boolean;
  readonly readonly?: boolean;
  /** Makes the file if it is missing. */
  readonly create?: boolean;
}

/** Rows come as lists and are named here: that costs half of what the binding's objects do. */
interface Prepared {
  readonly statement: Database.Statement<SqlValue[]>;
  readonly columns: readonly string[];
}

function prepare(database: Database.Database, sql: string): Prepared {
  const statement = database.prepare<SqlValue[]>(sql);
  if (!statement.reader) return { statement, columns: [] };
  const columns = statement.columns().map(({ name }) => name);
  return { statement: statement.raw(), columns };
}

function toRow(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let at = 0; at < columns.length; at += 1) row[columns[at] ?? ''] = values[at];
  return row;
}

/** A connection to one view database. All calls are synchronous. */
export class Db {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Prepared>();

  constructor(path: string, options: OpenOptions = {}) {
    try {
      if (options.create === true && path !== ':memory:') makePrivateFile(path);
      this.#database = new Database(path, {
        timeout: BUSY_WAIT_MS,
        fileMustExist: options.create !== true && path !== ':memory:',
        readonly: options.readonly ?? false,
      });
      if (options.readonly !== true) this.#configure(options);
    } catch (error) {
      throw isDamagedDatabase(error) ? error : systemError(error, 'Opening the views');
    }
  }

  #configure(options: OpenOptions): void {
    const database = this.#database;
    database.pragma('journal_mode = WAL');
    database.pragma(`synchronous = ${options.building === true ? 'OFF' : 'NORMAL'}`);
    database.pragma('secure_delete = ON');
    database.pragma('temp_store = MEMORY');
  }

  #prepared(sql: string): Prepared {
    let prepared = this.#statements.get(sql);
    if (!prepared) {
      prepared = prepare(this.#database, sql);
      this.#statements.set(sql, prepared);
    }
    return prepared;
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  get isOpen(): boolean {
    return this.#database.open;
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** @returns how many rows changed, and the id of the row inserted last. */
  run(sql: string, ...values: SqlValue[]): { readonly changes: number; readonly rowid: number } {
    const result = this.#prepared(sql).statement.run(...values);
    return { changes: result.changes, rowid: Number(result.lastInsertRowid) };
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    const { statement, columns } = this.#prepared(sql);
    const row = statement.get(...values) as unknown[] | undefined;
    return row && (toRow(columns, row) as Row);
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    const { statement, columns } = this.#prepared(sql);
    const rows = statement.all(...values) as unknown[][];
    return rows.map((row) => toRow(columns, row) as Row);
  }

  *iterate<Row>(sql: string, ...values: SqlValue[]): Generator<Row, void, undefined> {
    const { statement, columns } = this.#prepared(sql);
    const rows = statement.iterate(...values) as IterableIterator<unknown[]>;
    for (const row of rows) yield toRow(columns, row) as Row;
  }

  /** Runs `work` in one transaction: all of it, or nothing when it throws. */
  transaction<Result>(work: () => Result): Result {
    if (this.inTransaction) return work();
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.inTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  /** Runs `work` against one state of the database, whatever others commit meanwhile. */
  snapshot<Result>(work: () => Result): Result {
    if (this.inTransaction) return work();
    this.exec('BEGIN');
    try {
      return work();
    } finally {
      if (this.inTransaction) this.exec('COMMIT');
    }
  }

  /** Changes whenever another connection has committed. */
  dataVersion(): number {
    return this.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

const DAMAGE = /^SQLITE_(CORRUPT|NOTADB|FORMAT|IOERR_SHORT_READ)/;

/** Every statement is ours and fits our tables: where it does not, the tables are not ours. */
const OTHER_TABLES = /^(no such (table|column)|table \S+ has )/;

/** True for an error by which SQLite says that the file itself is not sound, or not ours. */
export function isDamagedDatabase(error: unknown): boolean {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  if (typeof code !== 'string') return false;
  return DAMAGE.test(code) || (code === 'SQLITE_ERROR' && OTHER_TABLES.test(message));
}
