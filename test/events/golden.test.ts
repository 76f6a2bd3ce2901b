/**
 * The golden files of the format: logs as version 1 writes them. Today's reader, another library
 * and a reader in another language must agree on what they say.
 */
import { decode } from '@msgpack/msgpack';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, Log, nodeFiles } from '../../events/index.js';
import { checkEvent } from '../../replay/fold.js';
import { REPLICA } from '../support/envelopes.js';
import {
  GOLDEN_REPLICAS as REPLICAS,
  inHex,
  logicalExport,
  printable,
  writeGolden,
} from '../support/golden.js';
import { readLog } from '../support/written-log.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const GOLDEN = join(FIXTURES, 'format', 'v1');
const LOG = new Log(nodeFiles, GOLDEN);

interface Line {
  readonly seq: number;
  readonly event: { readonly type: string; readonly data: object } | null;
}

const linesOf = (log: Log, replica: string): Line[] => {
  const { commits, end } = readLog(log, replica);
  expect(end.kind).toBe('end');
  return commits.flatMap((commit) => printable(commit) as Line[]);
};

/** The example as the log of a dimension of its own. */
function exampleLog(): Log {
  const folder = temporaryFolder();
  const log = new Log(nodeFiles, folder);
  mkdirSync(log.folderOf(REPLICA), { recursive: true });
  const segment = join(log.folderOf(REPLICA), '0000000000000001.seg');
  copyFileSync(join(GOLDEN, 'example.seg'), segment);
  return log;
}

describe('the golden log', () => {
  it('holds these events', () => {
    const rows = REPLICAS.flatMap((replica) =>
      linesOf(LOG, replica).map(({ seq, event }) => {
        return `${replica.slice(0, 2)} ${String(seq)} ${event?.type ?? '(erased)'}`;
      }),
    );
    expect(rows).toEqual([
      '1a 1 DimensionCreated',
      '1a 2 EntityAdded',
      '1a 3 RealmDescribed',
      '1a 4 DomainDescribed',
      '1a 5 FactAsserted',
      '1a 6 EntityRevised',
      '1a 7 EntityMoved',
      '1a 8 EntityDeleted',
      '1a 9 EntityRestored',
      '1a 10 FactEnded',
      '1a 11 SourceMined',
      '1a 12 SettingChanged',
      '1a 13 EmbedderChosen',
      '1a 14 DimensionAdopted',
      '1a 15 ReplicaForked',
      '1a 16 (erased)',
      '1a 17 Undone',
      '1a 18 Redone',
      '1a 19 Erased',
      '2b 1 RealmDeleted',
      '2b 2 DomainDeleted',
      '2b 3 SourceForgotten',
      '2b 4 EntityAdded',
      '3c 1 RecordWritten',
      '3c 2 FactAmended',
      '3c 3 TermDefined',
      '3c 4 AliasSet',
      '3c 5 PersonForgotten',
      '3c 6 PersonNamed',
      '3c 7 PersonaDeleted',
      '3c 8 PersonaDefined',
      '3c 9 PersonaActivated',
      '3c 10 IdentitySet',
      '3c 11 TunnelClosed',
      '3c 12 TunnelDug',
      '3c 13 TunnelUpdated',
      '3c 14 GatewayDismissed',
      '3c 15 NodesPurged',
      '3c 16 NodesBuilt',
      '3c 17 FactRetracted',
    ]);
    expect(LOG.segments(REPLICA)).toEqual([1, 10]);
  });

  it('holds every type of the catalogue, as this release understands it', () => {
    const payloads = REPLICAS.flatMap((replica) => readLog(LOG, replica).commits)
      .flatMap(({ events }) => events)
      .flatMap(({ payload }) => (payload ? [payload] : []));
    const known = payloads.filter((payload) => checkEvent(payload).status === 'known');
    expect(new Set(known.map(({ type }) => type))).toEqual(new Set(Object.keys(CATALOGUE)));
    const others = payloads.filter((payload) => !known.includes(payload));
    expect(others.map((payload) => [payload.v, checkEvent(payload).status])).toEqual([
      ...[
        [1, 'unknown'],
        [99, 'unknown'],
      ],
    ]);
  });

  it('is read as it was when the version was made', () => {
    const text = readFileSync(join(GOLDEN, 'events.jsonl'), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(REPLICAS.flatMap((replica) => linesOf(LOG, replica))).toEqual(lines);
  });

  it('folds to the same rows as in the release that made it', () => {
    const text = readFileSync(join(GOLDEN, 'views.json'), 'utf8');
    const rows = JSON.parse(text) as Readonly<Record<string, unknown>>;
    // Tables that came since are derived from the same log; they are no part of what it says.
    const now = logicalExport(LOG) as Readonly<Record<string, unknown>>;
    const known = Object.entries(now).filter(([table]) => Object.hasOwn(rows, table));
    expect(Object.fromEntries(known)).toEqual(rows);
  });

  it('holds no word of what was erased', () => {
    const segment = readFileSync(join(LOG.folderOf(REPLICA), '0000000000000010.seg'));
    expect(segment.includes('hunter2')).toBe(false);
    expect(segment.includes('SettingChanged')).toBe(true);
  });

  it('comes out the same when it is made again', () => {
    const folder = temporaryFolder();
    writeGolden(folder);
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.seg'))
      .sort();
    expect(paths.length).toBe(5);
    for (const path of paths) {
      expect(readFileSync(join(folder, path)), path).toEqual(readFileSync(join(GOLDEN, path)));
    }
  });
});

describe('another MessagePack library', () => {
  it('decodes each payload alone to what our reader gives', () => {
    const commits = REPLICAS.flatMap((replica) => readLog(LOG, replica).commits);
    for (const { place, payload, erased } of commits.flatMap(({ events }) => events)) {
      const name = `${String(place.segment).padStart(16, '0')}.seg`;
      const segment = readFileSync(join(LOG.folderOf(place.replica), name));
      const start = place.offset + 41;
      const bytes = segment.subarray(start, start + place.length);
      if (erased) expect(bytes).toEqual(Buffer.alloc(place.length));
      else expect(inHex(decode(bytes))).toEqual(inHex(payload));
    }
  });
});

const python = ['python3', 'python'].find(
  (name) => spawnSync(name, ['-c', 'import sys; assert sys.version_info >= (3, 8)']).status === 0,
);
if (python === undefined) process.stdout.write('skipped the second reader: there is no python3\n');

describe.skipIf(python === undefined)('the second reader', () => {
  const run = (path: string): { status: number | null; lines: Line[]; errors: string } => {
    const program = join(FIXTURES, 'second_reader.py');
    const { status, stdout, stderr } = spawnSync(python ?? '', [program, path], {
      encoding: 'utf8',
    });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { status, lines: lines.map((line) => JSON.parse(line) as Line), errors: stderr };
  };

  it('has fewer than 60 lines', () => {
    const text = readFileSync(join(FIXTURES, 'second_reader.py'), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThan(60);
  });

  it.each(REPLICAS)('reads replica %s as ours does', (replica) => {
    const { status, lines, errors } = run(LOG.folderOf(replica));
    expect([status, errors]).toEqual([0, '']);
    expect(lines).toEqual(linesOf(LOG, replica));
  });

  it('reads the example as ours does', () => {
    const { status, lines } = run(join(GOLDEN, 'example.seg'));
    expect(status).toBe(0);
    expect(lines).toEqual(linesOf(exampleLog(), REPLICA));
    expect(lines.map(({ event }) => event?.type)).toEqual(['DimensionCreated', 'EntityAdded']);
  });

  it('refuses a flipped byte, a cut and a missing segment', () => {
    const folder = temporaryFolder();
    const [first, second] = ['0000000000000001.seg', '0000000000000010.seg'] as const;
    const segment = readFileSync(join(LOG.folderOf(REPLICA), first));
    const statuses = [300, 2_000].map((at) => {
      const flipped = Buffer.from(segment);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      writeFileSync(join(folder, first), flipped);
      return run(folder).status;
    });
    writeFileSync(join(folder, first), segment.subarray(0, -1));
    statuses.push(run(folder).status);
    copyFileSync(join(LOG.folderOf(REPLICA), second), join(folder, first));
    statuses.push(run(folder).status);
    expect(statuses).toEqual([1, 1, 1, 1]);
  });
});
