/**
 * The terms of a passage as bytes, for the BM25 we compute ourselves.
 *
 * n distinct hashes as u32 little-endian, ascending, then n frequencies as u8 in the same order:
 * 5 bytes a term, searched where it lies.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const HASH_BYTES = 4;
const ENTRY_BYTES = HASH_BYTES + 1;
const MAX_FREQUENCY = 255;

/** What {@link packTerms} makes of a passage. */
export interface PackedTerms {
  /** Hashes, then frequencies. */
  readonly blob: Uint8Array;
  /** Number of terms, repeats counted: the document length of BM25. */
  readonly length: number;
}

const mix = (hash: number, byte: number): number => Math.imul(hash ^ byte, FNV_PRIME);

/** 32-bit FNV-1a over the UTF-8 bytes of a term, as an unsigned number. */
export function termHash(term: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < term.length; index += 1) {
    const code = term.codePointAt(index) ?? 0;
    if (code < 0x80) {
      hash = mix(hash, code);
    } else if (code < 0x800) {
      hash = mix(mix(hash, 0xc0 | (code >> 6)), 0x80 | (code & 0x3f));
    } else if (code <= 0xffff) {
      hash = mix(mix(hash, 0xe0 | (code >> 12)), 0x80 | ((code >> 6) & 0x3f));
      hash = mix(hash, 0x80 | (code & 0x3f));
    } else {
      hash = mix(mix(hash, 0xf0 | (code >> 18)), 0x80 | ((code >> 12) & 0x3f));
      hash = mix(mix(hash, 0x80 | ((code >> 6) & 0x3f)), 0x80 | (code & 0x3f));
      index += 1;
    }
  }
  return hash >>> 0;
}

/** Packs the terms of a passage. Frequencies stop at 255; terms with one hash count as one term. */
export function packTerms(terms: readonly string[]): PackedTerms {
  const hashes = new Uint32Array(terms.length);
  for (let index = 0; index < terms.length; index += 1) {
    hashes[index] = termHash(terms[index] ?? '');
  }
  hashes.sort();
  const counts = new Uint8Array(hashes.length);
  let last = -1;
  for (const hash of hashes) {
    if (last < 0 || hashes[last] !== hash) {
      last += 1;
      hashes[last] = hash;
    }
    const count = counts[last] ?? 0;
    if (count < MAX_FREQUENCY) counts[last] = count + 1;
  }
  const distinct = last + 1;
  const blob = new Uint8Array(distinct * ENTRY_BYTES);
  const view = new DataView(blob.buffer);
  for (let entry = 0; entry < distinct; entry += 1) {
    view.setUint32(entry * HASH_BYTES, hashes[entry] ?? 0, true);
  }
  blob.set(counts.subarray(0, distinct), distinct * HASH_BYTES);
  return { blob, length: terms.length };
}

const hashAt = (blob: Uint8Array, place: number): number =>
  ((blob[place] ?? 0) |
    ((blob[place + 1] ?? 0) << 8) |
    ((blob[place + 2] ?? 0) << 16) |
    ((blob[place + 3] ?? 0) << 24)) >>>
  0;

/** How often the term with this hash stands in a packed passage, 0 to 255. Allocates nothing. */
export function termFrequency(blob: Uint8Array, hash: number): number {
  const count = Math.floor(blob.length / ENTRY_BYTES);
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = hashAt(blob, middle * HASH_BYTES);
    if (found === hash) return blob[count * HASH_BYTES + middle] ?? 0;
    if (found < hash) low = middle + 1;
    else high = middle;
  }
  return 0;
}
