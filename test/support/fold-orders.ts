/** Folds commits in orders and groups that `catchUp` would not choose by itself. */
import fc from 'fast-check';
import type { CommitReader, Log } from '../../events/index.js';
import { writeHead, type Db } from '../../projections/index.js';
import { Fold } from '../../replay/fold.js';

/** Per commit: whose is next, and whether the transaction ends after it. */
export type Interleaving = readonly (readonly [replica: number, endsTransaction: boolean])[];

export const interleavings: fc.Arbitrary<Interleaving> = fc.array(
  fc.tuple(fc.nat({ max: 7 }), fc.boolean()),
  { maxLength: 60, size: 'max' },
);

/** Folds all that the log holds: in the given order first, the rest in one transaction. */
export function foldCommits(db: Db, log: Log, order: Interleaving): void {
  const readers: [string, CommitReader][] = log
    .replicas()
    .map((replica) => [replica, log.read(replica)]);
  const steps = [...order];
  while (readers.length > 0) {
    db.transaction(() => {
      const fold = new Fold(db, log);
      let isOver = false;
      while (!isOver && readers.length > 0) {
        const [index, ends] = steps.shift() ?? [0, false];
        const at = index % readers.length;
        const [replica, reader] = readers[at] as [string, CommitReader];
        const commit = reader.next();
        if (commit) fold.add(commit);
        else readers.splice(at, 1);
        if (commit) writeHead(db, replica, reader.head);
        isOver = ends;
      }
      log.clear(fold.settle());
    });
  }
}
