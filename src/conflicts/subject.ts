/** What people call the thing that events are about. */
import type { LoadedEvent } from '../../replay/index.js';
import { fieldsOf, type Fields } from './claim.js';

/** By kind of stream: the fields of an event that name it. */
const NAMED_BY: Readonly<Record<string, readonly string[]>> = {
  entity: ['entity_id'],
  fact: ['subject', 'predicate', 'object'],
  realm: ['name'],
  domain: ['realm', 'name'],
  term: ['name'],
  person: ['variant'],
  persona: ['name'],
  tunnel: ['tunnel_id'],
  setting: ['key'],
};

const SETTINGS: Readonly<Record<string, string>> = {
  PersonaActivated: 'persona',
  IdentitySet: 'identity',
  EmbedderChosen: 'embedder',
};

/** '' where none of the events says it. */
export function subjectOf(kind: string, events: readonly LoadedEvent[]): string {
  const keys = NAMED_BY[kind] ?? [];
  for (const event of events) {
    const setting = SETTINGS[event.entry.type ?? ''];
    if (setting !== undefined) return setting;
    const data: Fields = fieldsOf(event);
    const names = keys.map((key) => data[key] ?? (key === 'name' ? data.alias : undefined));
    if (names.every((name) => typeof name === 'string')) {
      return names.join(kind === 'domain' ? '/' : ' ');
    }
  }
  return '';
}
