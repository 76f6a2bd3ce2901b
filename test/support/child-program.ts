/**
 * The other process of the crash tests: opens a dimension and does one task, saying on standard
 * output, a JSON line at a time, what it is about to do and what was acknowledged.
 *
 * `node child.js <task> <folder> <json arguments>`
 */
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Dimension, restoreDimension } from '../../src/index.js';
import { textOf } from './texts.js';

interface Arguments {
  readonly name?: string;
  readonly count?: number;
  readonly file?: string;
  readonly pages?: readonly number[];
}

interface Job extends Arguments {
  readonly dimension: Dimension;
  readonly folder: string;
}

/** Written at once, so that what was said before a kill is never lost. */
function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Standard input closes when the parent wants the next step. */
const waitForParent = (): Promise<void> =>
  new Promise((resolve) => {
    process.stdin.once('data', () => {
      resolve();
    });
  });

const PLACE = ['work', 'notes'] as const;

/** Adds, updates and batch-adds without end. */
async function grow({ dimension, name = '' }: Job): Promise<void> {
  for (let n = 0; ; n += 1) {
    const id = `${name}n${String(n)}`;
    await dimension.addEntity(...PLACE, textOf(id), { entityId: id });
    say({ added: id });
    if (n % 3 === 0) {
      say({ updating: id });
      await dimension.updateEntity(id, { content: textOf(id, 1) });
      say({ updated: id });
    }
    if (n % 5 === 0) await growByBatch(dimension, `${id}b`);
  }
}

async function growByBatch(dimension: Dimension, name: string): Promise<void> {
  const ids = Array.from({ length: 7 }, (_, index) => `${name}${String(index)}`);
  say({ batching: ids });
  const [realm, domain] = PLACE;
  const items = ids.map((id) => ({ realm, domain, content: textOf(id), entity_id: id }));
  await dimension.batchAddEntities(items);
  say({ batched: ids });
}

/** Adds so many, waiting for the start; answers with how long each took, ms, and the digest. */
async function write({ dimension, name = '', count = 0 }: Job): Promise<void> {
  await dimension.status();
  say({ ready: true });
  await waitForParent();
  const tookMs: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const id = `${name}n${String(n)}`;
    const start = performance.now();
    await dimension.addEntity(...PLACE, textOf(id), { entityId: id });
    tookMs.push(performance.now() - start);
  }
  say({ tookMs });
  await waitForParent();
  const { ok, digest, problems } = await dimension.verify();
  say({ ok, digest, problems });
}

/** Gets and searches without end. */
async function read({ dimension, name = '' }: Job): Promise<void> {
  for (let n = 1; ; n += 1) {
    const [found] = await dimension.search(name, { mode: 'keyword', limit: 1 });
    const entity = await dimension.getEntity(name);
    say({ read: n, got: entity?.content, found: found?.id });
  }
}

async function rebuild({ dimension, count = Infinity }: Job): Promise<void> {
  await dimension.status();
  say({ ready: true });
  for (let n = 0; n < count; n += 1) say({ rebuilt: await dimension.rebuild() });
}

async function embed({ dimension }: Job): Promise<void> {
  await dimension.status();
  say({ ready: true });
  say({ pending: await dimension.embedPending({ snapshot: true }) });
}

/** Embeds what is pending, as often as others leave something, and says how much it did itself. */
async function embedShare({ dimension }: Job): Promise<void> {
  await dimension.status();
  say({ ready: true });
  await waitForParent();
  let embedded = 0;
  for (let pending = 1; pending > 0;) {
    let run = 0;
    pending = await dimension.embedPending({ onProgress: (done) => (run = done) });
    embedded += run;
    if (pending > 0) await pause(100);
  }
  say({ embedded });
}

/** Changes the embedder to and fro without end. */
async function change({ dimension }: Job): Promise<void> {
  await dimension.status();
  say({ ready: true });
  for (;;) {
    for (const name of ['sentence', 'numpy']) {
      await dimension.setEmbedder(name);
      say({ chosen: name });
    }
  }
}

/** Searches by meaning, then embeds what is pending and writes the index. */
async function find({ dimension, name = '', count = 10 }: Job): Promise<void> {
  const found = await dimension.search(name, { mode: 'vector', limit: count });
  say({ ids: found.map(({ id }) => id) });
  say({ pending: await dimension.embedPending({ snapshot: true }) });
}

async function mine({ dimension, file = '' }: Job): Promise<void> {
  await dimension.status();
  say({ ready: true });
  await dimension.mine(file, {
    onFile: ({ file: mined }) => {
      say({ mined });
    },
  });
  say({ done: true });
}

/** Makes the dimension, together with whoever else does, and adds one memory. */
async function create({ dimension, name = '' }: Job): Promise<void> {
  say({ ready: true });
  await waitForParent();
  await dimension.init();
  say({ added: await dimension.addEntity(...PLACE, textOf(name), { entityId: name }) });
}

/** Adds until the views no longer follow. */
async function fill({ dimension, name = '', count = 0 }: Job): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const id = `${name}n${String(n)}`;
    say({ adding: id });
    say({ added: await dimension.addEntity(...PLACE, textOf(id), { entityId: id }) });
  }
}

/** What a user without permission gets to see. */
async function attempt({ dimension }: Job): Promise<void> {
  const calls: Record<string, () => Promise<unknown>> = {
    init: () => dimension.init(),
    add: () => dimension.addEntity(...PLACE, 'Written by somebody else.'),
    get: () => dimension.getEntity('nothing'),
  };
  for (const [call, run] of Object.entries(calls)) {
    const answer = await run().then(() => ({}), describeError);
    say({ call, ...answer });
  }
}

/** Ships or takes in over every remote, or makes a clone of `file`. */
async function ship({ dimension, folder, name = '', file = '' }: Job): Promise<void> {
  if (name === 'clone') {
    say({ ready: true });
    await dimension.clone(file);
  } else if (name === 'restore') {
    say({ ready: true });
    await restoreDimension({ from: file, into: folder });
  } else {
    await dimension.status();
    say({ ready: true });
    if (name === 'push') await dimension.push();
    else if (name === 'backup') await dimension.backup(file);
    else await dimension.pull();
  }
  say({ done: true });
}

/** Erases whatever says `name`. */
async function erase({ dimension, name = '' }: Job): Promise<void> {
  await dimension.status();
  say({ ready: true });
  await dimension.erase({ match: name });
  say({ done: true });
}

const TASKS: Readonly<Record<string, (job: Job) => Promise<void>>> = {
  grow,
  write,
  read,
  rebuild,
  embed,
  embedShare,
  change,
  find,
  mine,
  create,
  fill,
  attempt,
  ship,
  erase,
};

function describeError(error: unknown): object {
  const { name, message, code, hint, stack } = error as Error & { code?: string; hint?: string };
  return { error: name, code, message, hint, stack };
}

/** Overwrites pages of a file that another process has open: not with a handle of that process. */
function overwrite(path: string, { pages }: Arguments): void {
  const handle = openSync(path, 'r+');
  const count = fstatSync(handle).size / 4096;
  for (const page of pages ?? Array.from({ length: count - 1 }, (_, index) => index + 1)) {
    writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
  }
  closeSync(handle);
}

async function main(): Promise<void> {
  const [task = '', folder = '', json = '{}'] = process.argv.slice(2);
  const given = JSON.parse(json) as Arguments;
  if (task === 'overwrite') {
    overwrite(folder, given);
    return;
  }
  const dimension = new Dimension({
    exactVectorsMax: 1_000,
    signsVectorsMax: 1_000,
    path: folder,
    embedder: 'numpy',
    actor: { kind: 'cli', name: task },
    onWarning: (warning) => {
      say({ warning });
    },
  });
  try {
    await TASKS[task]?.({ dimension, folder, ...given });
  } catch (error) {
    say(describeError(error));
    process.exitCode = 1;
  }
  await dimension.close();
  process.exit();
}

await main();
