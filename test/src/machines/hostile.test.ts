/** What a broken or hostile remote offers is refused with a reason and changes nothing. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodePartHeader, encodePartHeader, HEADER_BYTES } from '../../../events/log/segment.js';
import { readOrMakeToken, serveRemote, type Dimension } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { flipped } from '../../support/shippers.js';
import {
  add,
  alter,
  expectSame,
  fork,
  idsOf,
  notesOf,
  only,
  pairOfMachines,
  partsIn,
  snapshot,
} from '../../support/shipping.js';

interface Stage {
  readonly remote: string;
  /** The part that b has not yet seen, and its path. */
  readonly part: string;
  readonly path: string;
  readonly base: string;
}

/** A part under another name than it has. */
const nameAs = (stage: Stage, change: (name: string) => string): string => {
  const name = change(stage.part);
  mkdirSync(join(stage.remote, name, '..'), { recursive: true });
  renameSync(stage.path, join(stage.remote, name));
  return name;
};

/** The part with another header, whose CRC holds. */
function reheaded(bytes: Buffer, change: object): Buffer {
  const header = decodePartHeader(bytes);
  if (!header) throw new Error('That is no part.');
  return Buffer.concat([encodePartHeader({ ...header, ...change }), bytes.subarray(HEADER_BYTES)]);
}

type Verdict = readonly [list: 'waiting' | 'refused', code: string];

/** What is done to the part before b looks, and what b says of it. */
const HOSTILITIES: Readonly<Record<string, readonly [(stage: Stage) => unknown, Verdict]>> = {
  'a bit of a memory flipped': [
    ({ path }) => alter(path, (bytes) => flipped(bytes, bytes.length - 5)),
    ['refused', 'damaged'],
  ],
  'a bit of a frame’s length flipped': [
    ({ path }) => alter(path, (bytes) => flipped(bytes, HEADER_BYTES + 1)),
    ['refused', 'damaged'],
  ],
  'a frame that claims four gigabytes': [
    ({ path }) =>
      alter(path, (bytes) => {
        bytes.writeUInt32BE(0xffff_ffff, HEADER_BYTES);
        return bytes;
      }),
    ['refused', 'damaged'],
  ],
  'a bit of the part’s header flipped': [
    ({ path }) => alter(path, (bytes) => flipped(bytes, 50)),
    ['refused', 'damaged'],
  ],
  'zeros instead of it': [
    ({ path }) => alter(path, (bytes) => Buffer.alloc(bytes.length)),
    ['refused', 'damaged'],
  ],
  'only half of it': [
    ({ path }) => alter(path, (bytes) => bytes.subarray(0, bytes.length / 2)),
    ['waiting', 'unfinished'],
  ],
  'more than its name says': [
    ({ path }) => alter(path, (bytes) => Buffer.concat([bytes, Buffer.from('more')])),
    ['refused', 'size'],
  ],
  'ten gigabytes under its name': [
    ({ path }) => truncateSync(path, 10_000_000_000),
    ['refused', 'size'],
  ],
  'a name that claims more than a part can hold': [
    (stage) => nameAs(stage, (name) => name.replace(/-\d{8}/, '-99999999')),
    ['refused', 'name'],
  ],
  'the conflict copy of a syncer': [
    (stage) => nameAs(stage, (name) => name.replace('.part', '.sync-conflict-20260101-1.part')),
    ['refused', 'name'],
  ],
  'another syncer’s conflict copy': [
    (stage) => nameAs(stage, (name) => name.replace('.part', ' (conflicted copy).part')),
    ['refused', 'name'],
  ],
  'a segment number with too many digits for a number': [
    (stage) => nameAs(stage, (name) => name.replace(/\/\d{16}/, '/9999999999999999')),
    ['refused', 'name'],
  ],
  'another place in its name': [
    // It fits the size and not the header.
    (stage) =>
      nameAs(stage, (name) =>
        name.replace(/(\d{8})-(\d{8})/, (__, from: string, to: string) => {
          return [from, to].map((n) => String(Number(n) + 1).padStart(8, '0')).join('-');
        }),
      ),
    ['refused', 'damaged'],
  ],
  'the folder of another replica': [
    (stage) => nameAs(stage, (name) => name.replace(/^[0-9a-f]{32}/, 'ab'.repeat(16))),
    ['refused', 'damaged'],
  ],
  'a link in its place': [
    ({ path, base }) => {
      renameSync(path, join(base, 'elsewhere'));
      symlinkSync(join(base, 'elsewhere'), path);
    },
    ['refused', 'kind'],
  ],
  'a pipe in its place': [
    ({ path }) => {
      rmSync(path);
      execFileSync('mkfifo', [path]);
    },
    ['refused', 'kind'],
  ],
  'a linked folder': [
    ({ remote, base, part }) => {
      const replica = part.slice(0, 32);
      renameSync(join(remote, replica), join(base, 'elsewhere'));
      symlinkSync(join(base, 'elsewhere'), join(remote, replica));
    },
    ['refused', 'kind'],
  ],
  'another dimension in its header': [
    ({ path }) => alter(path, (bytes) => reheaded(bytes, { dimension: 'cd'.repeat(16) })),
    ['waiting', 'other_dimension'],
  ],
  'another history before it': [
    ({ path }) => alter(path, (bytes) => reheaded(bytes, { chain: Buffer.alloc(32, 9) })),
    ['refused', 'fork'],
  ],
  'the salt of another segment': [
    ({ path }) => alter(path, (bytes) => reheaded(bytes, { salt: Buffer.alloc(16, 9) })),
    ['refused', 'damaged'],
  ],
};

const partOf = (report: { readonly part: string; readonly code: string }): string => report.code;

/** How b reaches the folder: itself, or through a machine that serves it. */
const REACHED: Readonly<Record<string, (b: Dimension, stick: string) => Promise<void>>> = {
  'in a folder': () => Promise.resolve(),
  'by another machine': async (b, stick) => {
    const tokenFile = join(b.path, '..', 'token');
    const { token } = readOrMakeToken(tokenFile);
    const served = await serveRemote({ folder: stick, token });
    onTestFinished(() => served.close());
    await b.removeRemote('usb');
    await b.addRemote('usb', served.url, { tokenFile });
    await b.pull();
  },
};

describe.each(Object.entries(REACHED))('a part that is offered %s with', (_place, reach) => {
  it.each(Object.entries(HOSTILITIES))('%s is not taken in', async (_, [act, verdict]) => {
    const { a, b, base, remote } = await pairOfMachines();
    await reach(b, remote);
    await add(a, 'a-2');
    await a.push();
    const [, part = ''] = partsIn(remote);
    const stage = { remote, part, path: join(remote, part), base };
    cpSync(remote, join(base, 'good'), { recursive: true });
    const before = snapshot(join(b.path, 'log'));
    act(stage);

    const report = await only(b.pull());
    const [list, code] = verdict;
    const other = list === 'waiting' ? 'refused' : 'waiting';
    expect(report).toMatchObject({ parts: 0, events: 0 });
    expect(report[list].map(partOf)).toContain(code);
    expect(report[other].filter((one) => one.code !== 'shorter')).toEqual([]);
    expect(snapshot(join(b.path, 'log'))).toEqual(before);
    expect(await idsOf(b)).toEqual(['a-1']);

    // It goes on as soon as the part is what it should be.
    await b.addRemote('good', join(base, 'good'));
    expect(await only(b.pull({ remote: 'good' }))).toMatchObject({ parts: 1, events: 1 });
    await expectSame(a, b);
  });
});

describe('a replica under whose id two machines wrote', () => {
  it('is refused by who holds the other branch, which goes on as before', async () => {
    const { a, b, base } = await pairOfMachines();
    const { dimension: forked, remote } = await fork(a, base);
    await b.pull();
    const before = snapshot(join(b.path, 'log'));
    await b.addRemote('branch', remote);
    const report = await only(b.pull({ remote: 'branch' }));
    expect(report).toMatchObject({ parts: 0, refused: [{ code: 'fork' }] });
    expect(Object.values(notesOf(b))).toMatchObject([{ code: 'fork' }]);
    expect(snapshot(join(b.path, 'log'))).toEqual(before);
    expect(await idsOf(b)).toEqual(['a-1', 'branch-1', 'branch-1-more']);
    // The forked machine sees it too, and overwrites nothing that the other branch shipped.
    const shipped = snapshot(join(base, 'stick'));
    expect(await only(forked.push({ remote: 'usb' }))).toMatchObject({
      refused: [{ code: 'fork' }],
    });
    expect(snapshot(join(base, 'stick'))).toMatchObject(shipped);
    expect((await only(forked.pull({ remote: 'usb' }))).refused).not.toEqual([]);
    expect(await idsOf(forked)).toEqual(['a-1', 'branch-2']);
  });

  it('is refused too where only what follows the fork is offered', async () => {
    const { a, b, base, remote } = await pairOfMachines();
    const { dimension: forked, remote: branch } = await fork(a, base);
    await b.pull();
    await add(forked, 'branch-2-more');
    await forked.push({ remote: 'branch' });
    const last = partsIn(branch).at(-1) ?? '';
    copyFileSync(join(branch, last), join(remote, last));
    const report = await only(b.pull());
    expect([...report.refused, ...report.waiting].map(({ part }) => part)).toEqual([last]);
    expect(await idsOf(b)).toEqual(['a-1', 'branch-1', 'branch-1-more']);
  });
});

describe('a remote', () => {
  it('that holds another dimension is refused as a whole', async () => {
    const { a, base, remote } = await pairOfMachines();
    const other = open(join(base, 'other')).dimension;
    await other.init();
    await add(other, 'other-1');
    await other.addRemote('usb', join(base, 'others'));
    await other.push();
    const refusal = { code: 'OTHER_DIMENSION', hint: expect.stringContaining('--adopt') as string };
    await expect(a.addRemote('others', join(base, 'others'))).rejects.toMatchObject(refusal);
    await expect(a.merge(other.path)).rejects.toMatchObject(refusal);
    await expect(a.merge(join(other.path, 'log'))).rejects.toMatchObject(refusal);
    cpSync(join(other.path, 'log'), join(base, 'bare', 'log'), { recursive: true });
    await expect(a.merge(join(base, 'bare', 'log'))).rejects.toMatchObject(refusal);
    await expect(a.merge(join(base, 'others'))).rejects.toMatchObject(refusal);
    copyFileSync(join(base, 'others', 'dimension.json'), join(remote, 'dimension.json'));
    const before = snapshot(remote);
    await add(a, 'a-2');
    await expect(a.push({ remote: 'usb' })).rejects.toMatchObject(refusal);
    await expect(a.pull({ remote: 'usb' })).rejects.toMatchObject(refusal);
    expect(snapshot(remote)).toEqual(before);
    expect(await idsOf(a)).toEqual(['a-1', 'a-2']);
  });

  it('that lost what it held is reported, and gets it back with the next push', async () => {
    const { a, b, remote } = await pairOfMachines();
    await add(a, 'a-2');
    await a.push();
    await b.pull();
    const [, second = ''] = partsIn(remote);
    const was = readFileSync(join(remote, second));
    rmSync(join(remote, second));
    expect(await only(b.pull())).toMatchObject({ refused: [{ part: second, code: 'shorter' }] });
    expect(await idsOf(b)).toEqual(['a-1', 'a-2']);
    expect(await only(b.push())).toMatchObject({ parts: 1, events: 1 });
    expect(readFileSync(join(remote, second))).toEqual(was);
    expect(await only(b.pull())).toMatchObject({ refused: [], waiting: [] });
  });

  it('whose parts were cut or altered gets whole ones with the next push', async () => {
    const { a, b, remote } = await pairOfMachines();
    await add(a, 'a-2');
    await a.push();
    const good = snapshot(remote);
    const [first = '', second = ''] = partsIn(remote);
    alter(join(remote, first), (bytes) => flipped(bytes, bytes.length - 3));
    alter(join(remote, second), (bytes) => bytes.subarray(0, 200));
    expect(await only(a.push())).toMatchObject({ parts: 2, refused: [{ part: first }] });
    expect(snapshot(remote)).toEqual(good);
    expect(await only(b.pull())).toMatchObject({ events: 1, refused: [], waiting: [] });
  });

  it('whose dimension.json is no such file is not used', async () => {
    const { a, remote } = await pairOfMachines();
    for (const text of ['', '{"format":1}', 'x'.repeat(5_000_000)]) {
      writeFileSync(join(remote, 'dimension.json'), text);
      await expect(a.pull({ remote: 'usb' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});
