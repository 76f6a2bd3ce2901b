/** What events say of everything that is neither a memory nor a fact. */
import type { EventDataOf } from '../../events/index.js';
import type { LoadedEvent } from '../../replay/index.js';
import { claims, fieldsOf, isOfType, weakly, type Claim, type Fields } from './claim.js';

/** By event type: the fields that it decides. */
const DECIDES: Readonly<Record<string, (data: Fields) => Fields>> = {
  RealmDescribed: ({ description }) => ({ description, deleted: false }),
  RealmDeleted: () => ({ deleted: true }),
  DomainDescribed: ({ description }) => ({ description, deleted: false }),
  DomainDeleted: () => ({ deleted: true }),
  PersonaDefined: ({ name: _, ...given }) => ({ ...given, deleted: false }),
  PersonaDeleted: () => ({ deleted: true }),
  SettingChanged: ({ value }) => ({ value }),
  PersonaActivated: ({ name }) => ({ value: name }),
  IdentitySet: ({ text }) => ({ value: text }),
  // What was asked for may be the same embedder under another name.
  EmbedderChosen: ({ name, space }) => ({ value: { name, space } }),
  TermDefined: ({ name, type, properties }) => ({ definition: { name, type, properties } }),
  AliasSet: ({ canonical }) => ({ alias: canonical }),
  PersonNamed: ({ canonical }) => ({ canonical }),
  PersonForgotten: () => ({ canonical: null }),
};

/** @param events the living ones of one stream, in total order */
export function otherClaims(events: readonly LoadedEvent[]): Claim[] {
  return events.flatMap((event) => {
    const decides = DECIDES[event.entry.type ?? ''];
    return decides ? claims(event, decides(fieldsOf(event))) : [];
  });
}

type End = EventDataOf<'TunnelDug'>['source'];
type Place = Pick<End, 'realm' | 'domain'>;

/** @param events the living ones of one tunnel, in total order */
export function tunnelClaims(events: readonly LoadedEvent[]): Claim[] {
  let ends: readonly Place[] | undefined;
  return events.flatMap((event): Claim[] => {
    if (isOfType(event, 'TunnelClosed')) {
      ends = undefined;
      return claims(event, { closed: true });
    }
    if (isOfType(event, 'TunnelDug')) {
      const { source, target, label } = event.data as EventDataOf<'TunnelDug'>;
      ends = [source, target];
      const said = { label: given(label), ...memoryAt(source, source.entity_id) };
      return claims(event, { ...said, ...memoryAt(target, target.entity_id), closed: false });
    }
    const stays = weakly(event, 'closed', false);
    // A change of a closed tunnel changes nothing.
    return ends ? [...updates(event, ends), stays] : [stays];
  });
}

function updates(event: LoadedEvent, ends: readonly Place[]): Claim[] {
  const data = event.data as EventDataOf<'TunnelUpdated'>;
  const target = ends.find((end) => !isPlace(end, data.source)) ?? data.source;
  return claims(event, {
    label: given(data.label),
    ...memoryAt(data.source, data.source_entity_id),
    ...memoryAt(target, data.target_entity_id),
  });
}

const isPlace = (a: Place, b: Place): boolean => a.realm === b.realm && a.domain === b.domain;

/** '' says nothing. */
const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const memoryField = ({ realm, domain }: Place): string => `memory in ${realm}/${domain}`;

/** The memory at one end: machines that dug the same tunnel may differ in which is the source. */
const memoryAt = (place: Place, id: string | undefined): Fields => ({
  [memoryField(place)]: given(id),
});

export const isMemoryAt = (field: string, place: Place): boolean => field === memoryField(place);
