/** The real clock, the real randomness, the real machine: the only place that reaches for them. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { System } from '../events/index.js';

/** Where systemd and its like keep the id of an installation. */
const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

let hostId: string | undefined;

/** The id of this installation, hashed; the host's name where the system keeps no id. */
function readHostId(): string {
  for (const path of MACHINE_ID_FILES) {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      // Not every system has this file; the next one, or the name, serves.
    }
  }
  return hostname();
}

export const realSystem: System = {
  now: () => Date.now(),
  randomBytes,
  hostId() {
    hostId ??= createHash('sha256').update(`alt-memory:${readHostId()}`).digest('hex').slice(0, 16);
    return hostId;
  },
};

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * 26 characters of Crockford base32: 48 bits of time and 80 random bits (the ULID layout), so that
 * ids made later sort later.
 */
export function ulid(ms: number, random: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(ms, 0, 6);
  bytes.set(random.subarray(0, 10), 6);
  return encodeBase32(bytes);
}

/** A random name for one run of a program, 26 characters. */
export function newSessionId(): string {
  return encodeBase32(randomBytes(16));
}

/** 16 bytes as 26 characters. */
export function encodeBase32(bytes: Uint8Array): string {
  let value = BigInt(`0x${Buffer.from(bytes.subarray(0, 16)).toString('hex')}`);
  let text = '';
  for (let index = 0; index < 26; index += 1) {
    text = (CROCKFORD[Number(value & 31n)] ?? '') + text;
    value >>= 5n;
  }
  return text;
}
