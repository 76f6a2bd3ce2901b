/** How large what is encrypted with age becomes. */

const CHUNK_BYTES = 64 * 1024;
const CHUNK_TAG_BYTES = 16;
const NONCE_BYTES = 16;
/** Of a file for one key, also of the kinds of keys that hold against quantum computers. */
const HEADER_BYTES_MAX = 4096;

/** What follows the header. */
export function sealedBodySize(plainBytes: number): number {
  const chunks = Math.max(1, Math.ceil(plainBytes / CHUNK_BYTES));
  return NONCE_BYTES + plainBytes + chunks * CHUNK_TAG_BYTES;
}

export const sealedSizeMax = (plainBytes: number): number =>
  HEADER_BYTES_MAX + sealedBodySize(plainBytes);
