/**
 * Dot products of 384 numbers and differences of 384 signs: a WebAssembly module with SIMD, the
 * same bits on every machine and some ten times faster than a loop in JavaScript. Its source, which
 * says what lies where, is kernel.wat beside this file; a test compiles that and compares.
 */

/** Numbers in a vector. */
export const DIMENSION = 384;
export const ROW_BYTES = DIMENSION * 4;
const PAGE_BYTES = 65_536;

/** Compiled from kernel.wat; see the test of this file for how. */
const MODULE_BASE64 = [
  'AGFzbQEAAAABGgNgBH9/f38AYAV/f39/fwBgBn9/f39/fwF/AwQDAAECBQYBAQGAgAQHKQQGbWVtb3J5AgAE',
  'ZG90cwAAC2RpZmZlcmVuY2VzAAEHcHJvcG9zZQACCrsHA6MCAgN/BHsgAyACQQJ0aiEEIABBgAxqIQYCQANA',
  'IAMgBE8NASAAIQX9DAAAAAAAAAAAAAAAAAAAAAAhB/0MAAAAAAAAAAAAAAAAAAAAACEI/QwAAAAAAAAAAAAA',
  'AAAAAAAAIQn9DAAAAAAAAAAAAAAAAAAAAAAhCgNAIAcgBf0ABAAgAf0ABAD95gH95AEhByAIIAX9AAQQIAH9',
  'AAQQ/eYB/eQBIQggCSAF/QAEICAB/QAEIP3mAf3kASEJIAogBf0ABDAgAf0ABDD95gH95AEhCiAFQcAAaiEF',
  'IAFBwABqIQEgBSAGSQ0ACyAHIAj95AEgCSAK/eQB/eQBIQcgAyAH/R8AIAf9HwGSIAf9HwIgB/0fA5KSOAIA',
  'IANBBGohAwwACwsL4AEEAX8KewF+AX8gAP0ABAAhBiAA/QAEECEHIAD9AAQgIQggAP0ABDAhCSAA/QAEQCEK',
  'IAD9AARQIQsgBCADQQF0aiEFAkADQCAEIAVPDQEgBiAB/QAEAP1RIQwgByAB/QAEEP1RIQ0gCCAB/QAEIP1R',
  'IQ4gDCAJ/U79YiANIAr9Tv1i/W4gDiAL/U79Yv1uIQ8gDP1iIA39Yv1uIA79Yv1uIA8gD/1u/W79ff1/IQwg',
  'DP0dACAM/R0BfCEQIBAgEEIgiHynIREgBCAROwEAIAEgAmohASAEQQJqIQQMAAsLC7EDBAV/CnsBfgF/IAD9',
  'AAQAIQsgAP0ABBAhDCAA/QAEICENIAD9AAQwIQ4gAP0ABEAhDyAA/QAEUCEQAkADQCAGIANPDQEgCyAC/QAE',
  'AP1RIREgDCAC/QAEEP1RIRIgDSAC/QAEIP1RIRMgESAO/U79YiASIA/9Tv1i/W4gEyAQ/U79Yv1uIRQgEf1i',
  'IBL9Yv1uIBP9Yv1uIBQgFP1u/W79ff1/IREgEf0dACAR/R0BfCEVIBUgFUIgiHynIRYgASAGai0AACAWIARN',
  'cQRAQQAhCiAAIQkgAiEIA0AgCiAJIAgtAABBAXRqLwFgaiEKIAogCSAILQABQQF0ai8B4ARqIQogCiAJIAgt',
  'AAJBAXRqLwHgCGohCiAKIAkgCC0AA0EBdGovAeAMaiEKIAlBgBBqIQkgCEEEaiEIIAggAkEwakkNAAsgBSAG',
  'NgIAQwBAnEZDAADAPyACKgI0kyACKgIwIAAqAuDAASAAKgLkwAEgCrOUk5STlJD8ASEKIAUgCkHg1AMgCkHg',
  '1ANJGzYCBCAFQQhqIQUgB0EBaiEHCyACQThqIQIgBkEBaiEGDAALCyAHCw==',
].join('');

/** What TypeScript's library for Node lacks of WebAssembly. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  /** In pages of 64 KiB; the buffer is another one afterwards. */
  grow(pages: number): number;
}

/** All that the functions are given are byte offsets in the kernel's memory, and counts. */
export interface Kernel {
  readonly memory: KernelMemory;
  /** Writes to `out`, as f32, the dot product of the query with each of `count` rows. */
  dots(query: number, rows: number, count: number, out: number): void;
  /** Writes to `out`, as u16, how far from the query each of `count` codes is, one every `step`. */
  differences(query: number, codes: number, step: number, count: number, out: number): void;
  /**
   * Writes to `out` row and rank, as u32, of each code that is allowed and within the radius. The
   * lower the rank, the greater the cosine as the signs let us guess it. @returns how many
   */
  propose(
    query: number,
    allowed: number,
    codes: number,
    count: number,
    radius: number,
    out: number,
  ): number;
}

let compiled: object | undefined;

/** The bytes of the module. @internal */
export function kernelBytes(): Uint8Array {
  return Buffer.from(MODULE_BASE64, 'base64');
}

/** A kernel with a memory of its own. */
export function createKernel(): Kernel {
  compiled ??= new WebAssembly.Module(new Uint8Array(kernelBytes()));
  return new WebAssembly.Instance(compiled).exports as Kernel;
}

/** Makes a kernel's memory at least so large. @returns whether its buffer is another one now. */
export function reserve({ memory }: Kernel, sizeBytes: number): boolean {
  const missing = sizeBytes - memory.buffer.byteLength;
  if (missing <= 0) return false;
  memory.grow(Math.ceil(missing / PAGE_BYTES));
  return true;
}
