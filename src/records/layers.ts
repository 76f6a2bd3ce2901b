/** Which layer of an agent's memory a diary entry belongs to. */

export type Layer = 'L0' | 'L1' | 'L2';

/** How many: immediate records, daily summaries, patterns. */
export const LAYERS: readonly Layer[] = ['L0', 'L1', 'L2'];

/**
 * L1 for what sums up a session, L2 for a pattern, L0 for everything else: by the topic, or by how
 * the entry begins.
 */
export function layerOf(topic: string, entry: string): Layer {
  const kind = topic.toLowerCase();
  const start = entry.trimStart();
  if (kind === 'summary' || start.startsWith('SESSION:')) return 'L1';
  return kind === 'pattern' || start.startsWith('PATTERN:') ? 'L2' : 'L0';
}
