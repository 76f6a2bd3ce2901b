/**
 * Searches every file of a folder for runs of bytes, in a process of its own: closing a file in the
 * process that has it open as a database would drop the locks on it.
 */
import { spawn } from 'node:child_process';
import { AltError } from '../../events/index.js';

/** A file in which probes were found: its path within the folder, and which, by their place. */
export interface FoundIn {
  readonly file: string;
  readonly probes: readonly number[];
}

/**
 * What the process runs; it gets the folder and the probes, base64, by its input. A probe is looked
 * for where its first two bytes are; chunks overlap by the longest.
 */
const PROGRAM = `
const fs = require('node:fs');
const path = require('node:path');
const { folder, probes } = JSON.parse(fs.readFileSync(0, 'utf8'));
const byStart = new Map();
let longest = 0;
for (const [index, text] of probes.entries()) {
  const probe = Buffer.from(text, 'base64');
  const start = probe.readUInt16BE(0);
  byStart.set(start, [...(byStart.get(start) ?? []), { index, probe }]);
  longest = Math.max(longest, probe.length);
}
const isStart = new Uint8Array(65536);
for (const start of byStart.keys()) isStart[start] = 1;
const CHUNK = 4 * 1024 * 1024;
const buffer = Buffer.alloc(CHUNK + longest);
function search(file) {
  const found = new Set();
  const handle = fs.openSync(file, 'r');
  try {
    for (let at = 0; ; at += CHUNK) {
      const size = fs.readSync(handle, buffer, 0, buffer.length, at);
      let start = buffer[0];
      for (let next = 1; next < size; next += 1) {
        start = ((start & 255) << 8) | buffer[next];
        if (isStart[start] === 0) continue;
        for (const { index, probe } of byStart.get(start)) {
          const end = next - 1 + probe.length;
          if (end <= size && buffer.compare(probe, 0, probe.length, next - 1, end) === 0) {
            found.add(index);
          }
        }
      }
      if (size < buffer.length) return [...found];
    }
  } finally {
    fs.closeSync(handle);
  }
}
function* filesBelow(parent) {
  for (const entry of fs.readdirSync(parent, { withFileTypes: true })) {
    const full = path.join(parent, entry.name);
    if (entry.isDirectory()) yield* filesBelow(full);
    else if (entry.isFile()) yield full;
  }
}
const found = [];
for (const full of filesBelow(folder)) {
  try {
    const held = search(full);
    if (held.length > 0) found.push({ file: path.relative(folder, full), probes: held });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
fs.writeSync(1, JSON.stringify(found));
`;

/** @throws {AltError} IO_FAILED when a file cannot be read, CANCELLED */
export async function searchBytes(
  folder: string,
  probes: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<FoundIn[]> {
  if (probes.length === 0) return [];
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: 'pipe', signal });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => errors.push(bytes));
  child.stdin.on('error', () => undefined);
  const encoded = probes.map((probe) => Buffer.from(probe).toString('base64'));
  child.stdin.end(JSON.stringify({ folder, probes: encoded }));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return JSON.parse(Buffer.concat(output).toString()) as FoundIn[];
  const reason = Buffer.concat(errors).toString().trim().split('\n').at(-1) ?? '';
  throw new AltError('IO_FAILED', `The files could not be searched: ${reason}`);
}
