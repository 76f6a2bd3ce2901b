/** Reading no more of a body than was asked for, however much is sent. */

/** @returns the first `bytesMax` bytes; what comes after them is not waited for. */
export async function readAtMost(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
  onChunk: () => void = () => undefined,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    onChunk();
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, bytesMax);
}
