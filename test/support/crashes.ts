/** Views whose connection fails at a chosen statement, as if the process had died there. */
import { Db, type SqlValue } from '../../projections/index.js';

export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Dies at the statement with that number, counting writes, BEGIN and COMMIT. */
export class CrashingDb extends Db {
  #left = Infinity;

  crashAfter(statements: number): void {
    this.#left = statements;
  }

  #count(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new Crash();
  }

  override run(sql: string, ...values: SqlValue[]): { changes: number; rowid: number } {
    this.#count();
    return super.run(sql, ...values);
  }

  override exec(sql: string): void {
    if (sql !== 'ROLLBACK') this.#count();
    super.exec(sql);
  }
}
