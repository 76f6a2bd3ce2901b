/** Tails that were never finished, logs that were cut, bytes that were altered. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Dimension, type LogEntry, type Verification } from '../../src/index.js';
import {
  contentsOf,
  copyOf,
  expectVerified,
  expectWhole,
  filesIn,
  MEMORIES,
  open,
  useTemplate,
} from '../support/dimensions.js';
import { runs } from '../support/level.js';
import { textOf } from '../support/texts.js';

/** Filled beyond one segment: the first is sealed. */
async function newLongDimension(path: string): Promise<string> {
  const dimension = new Dimension({ path, embedder: 'numpy' });
  await dimension.init();
  // No words in it: what is indexed is not what is tested here.
  const long = '- '.repeat(35_000);
  for (let n = 0; n < 130; n += 1) {
    const entityId = `long-${String(n)}`;
    await dimension.addEntity('work', 'notes', `${textOf(entityId)} ${long}`, { entityId });
  }
  await dimension.close();
  return path;
}

const template = useTemplate();

/** The copy writes on under the old id, as the machine itself would: what is tested is its log. */
async function ownCopy(from = template()): Promise<string> {
  const path = copyOf(from);
  const { dimension } = open(path);
  await dimension.addEntity('work', 'own', 'The first of this machine.', { entityId: 'own-1' });
  await dimension.addEntity('work', 'own', 'The second of this machine.', { entityId: 'own-2' });
  await dimension.close();
  return path;
}

const OWN = { 'own-1': 'The first of this machine.', 'own-2': 'The second of this machine.' };

const replicaOf = (events: readonly LogEntry[]): string => events[0]?.event.split(':')[0] ?? '';

/** The segment that this machine writes to: of the replica that was made last. */
async function liveSegment(path: string): Promise<string> {
  const { dimension } = open(path);
  const { events } = await dimension.history({ limit: 1 });
  await dimension.close();
  const replica = replicaOf(events);
  const segments = filesIn(path, join('log', replica));
  return join(path, 'log', replica, segments.at(-1) ?? '');
}

async function expectGoesOn(dimension: Dimension, extra: Record<string, string>): Promise<void> {
  const id = await dimension.addEntity('work', 'own', 'Written after it.');
  await expectWhole(dimension, { ...extra, [id]: 'Written after it.' });
}

const TAILS: Readonly<Record<string, (whole: Buffer) => Buffer>> = {
  'a commit cut short': (whole) => whole.subarray(-400, -30),
  zeros: () => Buffer.alloc(5_000),
  'random bytes': () => randomBytes(3_000),
  'one byte': () => Buffer.from([7]),
  'a frame of another place': (whole) => whole.subarray(-300),
};

describe('behind the last whole commit', () => {
  it.each(Object.keys(TAILS))(
    '%s is quarantined and reported, and writing goes on',
    async (name) => {
      const path = await ownCopy();
      const segment = await liveSegment(path);
      const whole = readFileSync(segment);
      const tail = TAILS[name]?.(whole) ?? Buffer.alloc(0);
      appendFileSync(segment, tail);
      const { dimension, codes } = open(path);
      await expectGoesOn(dimension, OWN);
      expect(codes()).toEqual(['TORN_TAIL']);
      const [kept] = filesIn(path, 'quarantine');
      expect(readFileSync(join(path, 'quarantine', kept ?? ''))).toEqual(tail);
      expect(readFileSync(segment).subarray(0, whole.length)).toEqual(whole);
    },
  );

  it('the same is set aside when the views are gone as well', async () => {
    const path = await ownCopy();
    appendFileSync(await liveSegment(path), randomBytes(500));
    writeFileSync(join(path, 'live.json'), '');
    const { dimension, codes } = open(path);
    await expectGoesOn(dimension, OWN);
    expect(codes().sort()).toEqual(['TORN_TAIL', 'VIEWS_REBUILT']);
  });

  it('a cut at any byte of the last commit takes no other commit with it', async () => {
    const path = await ownCopy();
    const segment = await liveSegment(path);
    const whole = readFileSync(segment);
    const last = whole.indexOf('EntityAdded', whole.indexOf('own-1'));
    for (let round = 0; round < runs(4, 40); round += 1) {
      const size = last + Math.floor(Math.random() * (whole.length - last));
      writeFileSync(segment, whole.subarray(0, size));
      // Only the log counts here: the views would remember the commit that was cut.
      writeFileSync(join(path, 'live.json'), '');
      const { dimension, codes } = open(path);
      await expectWhole(dimension, { 'own-1': OWN['own-1'] });
      expect(codes()).toContain('TORN_TAIL');
      await expectGoesOn(dimension, { 'own-1': OWN['own-1'] });
      await dimension.close();
    }
  });
});

describe('a log that is shorter than what was read of it', () => {
  async function cut(): Promise<string> {
    const path = await ownCopy();
    const segment = await liveSegment(path);
    const whole = readFileSync(segment);
    truncateSync(segment, whole.lastIndexOf('own-2') - 200);
    return path;
  }

  it('refuses writes with a hint and answers reads from the views', async () => {
    const { dimension, codes } = open(await cut());
    expect(await contentsOf(dimension)).toEqual({ ...MEMORIES, ...OWN });
    expect((await dimension.getEntity('own-2'))?.content).toBe(OWN['own-2']);
    expect(codes()).toEqual(['LOG_DAMAGED']);
    await expect(dimension.addEntity('work', 'own', 'More.')).rejects.toMatchObject({
      code: 'LOG_DAMAGED',
      hint: expect.stringContaining('alt verify') as string,
    });
    expect(Object.keys(await contentsOf(dimension))).toHaveLength(42);
  });

  it('is named by verify, also when it was cut between two commits', async () => {
    const path = await ownCopy();
    const segment = await liveSegment(path);
    const { dimension } = open(path);
    await dimension.status();
    const end = readFileSync(segment).length;
    await dimension.addEntity('work', 'own', 'The third of this machine.');
    truncateSync(segment, end);
    const { ok, problems } = await dimension.verify();
    expect(ok).toBe(false);
    expect(problems).toEqual([
      {
        kind: 'damage',
        where: expect.stringContaining('0000000000000001') as string,
        offset: expect.any(Number) as number,
        message: 'the log is shorter than what was already read from it',
      },
    ]);
  });

  it('is not rebuilt from: the views that remember more stay live', async () => {
    const { dimension } = open(await cut());
    await expect(dimension.rebuild()).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    expect((await dimension.getEntity('own-2'))?.content).toBe(OWN['own-2']);
  });
});

/** Verify names the segment, and the frame that holds the byte or one before it. */
function expectNamed({ ok, problems }: Verification, where: string, at: number): void {
  const [problem] = problems;
  expect({ at, ok, problem }).toMatchObject({ ok: false, problem: { kind: 'damage', where } });
  expect(problem?.offset).toBeLessThanOrEqual(at);
}

describe('a byte that flips in a sealed segment', { timeout: runs(120_000, 600_000) }, () => {
  const long = useTemplate(newLongDimension);

  it('is named by verify, and no read gives altered text', async () => {
    const path = copyOf(long());
    const { dimension: whole } = open(long());
    const contents = await contentsOf(whole);
    const { events } = await whole.history({ limit: 10_000, type: 'EntityAdded' });
    await whole.close();
    const replica = replicaOf(events);
    const [sealed, next] = filesIn(path, join('log', replica));
    expect(next).toBeDefined();
    const segment = join(path, 'log', replica, sealed ?? '');
    const bytes = readFileSync(segment);
    for (let round = 0; round < runs(3, 60); round += 1) {
      const at = Math.floor(Math.random() * bytes.length);
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(at) ^ (1 + Math.floor(Math.random() * 255)), at);
      writeFileSync(segment, altered);

      const { dimension } = open(path);
      const name = (sealed ?? '').replace('.seg', '');
      expectNamed(await dimension.verify(), join(replica, name), at);
      expect(await contentsOf(dimension)).toEqual(contents);
      for (const result of await dimension.search('words of long-77', { limit: 20 })) {
        expect(result.content).toBe(contents[result.id]);
      }
      const id = await dimension.addEntity('work', 'notes', 'Views and tail are sound.');
      contents[id] = 'Views and tail are sound.';
      const before = filesIn(path, 'views');
      await expect(dimension.rebuild()).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
      expect(filesIn(path, 'views')).toEqual(before);
      expect(await contentsOf(dimension)).toEqual(contents);
      await dimension.close();
    }
    writeFileSync(segment, bytes);
    const { dimension } = open(path);
    expect(await contentsOf(dimension)).toEqual(contents);
    await expectVerified(dimension);
  });

  it('is told of in the history of that event, and hides no other', async () => {
    const path = copyOf(long());
    const { dimension: whole } = open(long());
    const { events } = await whole.history({ limit: 1, entityId: 'long-5' });
    await whole.close();
    const replica = replicaOf(events);
    const segment = join(path, 'log', replica, filesIn(path, join('log', replica))[0] ?? '');
    const bytes = readFileSync(segment);
    bytes.writeUInt8(0x58, bytes.indexOf('the words of long-5 ') + 3);
    writeFileSync(segment, bytes);
    const { dimension } = open(path);
    const { events: told } = await dimension.history({ entityId: 'long-5' });
    expect(told).toMatchObject([{ status: 'damaged', data: null }]);
    expect((await dimension.history({ entityId: 'long-6' })).events).toHaveLength(1);
    expect((await dimension.getEntity('long-5'))?.content).toContain('the words of long-5');
    await dimension.deleteEntity('long-5');
    await expect(dimension.restoreEntity('long-5')).resolves.toBe(true);
    expect((await dimension.getEntity('long-5'))?.content).toContain('the words of long-5');
  });
});
