/** Embeds what waits for its vector, telling how far it is. */
import { Progress } from './progress.js';
import type { Run } from './shell.js';

/** @returns how many passages still wait, because another process embeds or no model is here. */
export async function embedPending({ dimension, library, output, signal }: Run): Promise<number> {
  const progress = new Progress(output, 'Passages embedded');
  try {
    const onProgress = progress.update;
    const pending = await dimension.embedPending({ snapshot: true, signal, onProgress });
    progress.end();
    if (pending > 0) output.note(`Another process embeds: ${String(pending)} passages wait.`);
    return pending;
  } catch (error) {
    progress.end();
    if (!library.isAltError(error, 'UNAVAILABLE')) throw error;
    output.warn(`Nothing was embedded, search goes by words: ${error.message}`);
    return (await dimension.status()).pending;
  }
}
