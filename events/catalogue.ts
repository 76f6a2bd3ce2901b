/**
 * Every event that can happen, by name. Types that this release does not read yet are reserved
 * with their stream: a log that holds one is kept and forwarded, and folded by the release that
 * knows it.
 */
import type { DataOf, EventType, StreamKind } from './event-type.js';
import { AliasSet } from './types/alias-set.js';
import { DimensionAdopted } from './types/dimension-adopted.js';
import { DimensionCreated } from './types/dimension-created.js';
import { DomainDeleted } from './types/domain-deleted.js';
import { DomainDescribed } from './types/domain-described.js';
import { EmbedderChosen } from './types/embedder-chosen.js';
import { EntityAdded } from './types/entity-added.js';
import { EntityDeleted } from './types/entity-deleted.js';
import { EntityMoved } from './types/entity-moved.js';
import { EntityRestored } from './types/entity-restored.js';
import { EntityRevised } from './types/entity-revised.js';
import { Erased } from './types/erased.js';
import { FactAmended } from './types/fact-amended.js';
import { FactAsserted } from './types/fact-asserted.js';
import { FactEnded } from './types/fact-ended.js';
import { FactRetracted } from './types/fact-retracted.js';
import { GatewayDismissed } from './types/gateway-dismissed.js';
import { IdentitySet } from './types/identity-set.js';
import { NodesBuilt } from './types/nodes-built.js';
import { NodesPurged } from './types/nodes-purged.js';
import { PersonForgotten } from './types/person-forgotten.js';
import { PersonNamed } from './types/person-named.js';
import { PersonaActivated } from './types/persona-activated.js';
import { PersonaDefined } from './types/persona-defined.js';
import { PersonaDeleted } from './types/persona-deleted.js';
import { RealmDeleted } from './types/realm-deleted.js';
import { RealmDescribed } from './types/realm-described.js';
import { RecordWritten } from './types/record-written.js';
import { Redone } from './types/redone.js';
import { ReplicaForked } from './types/replica-forked.js';
import { SettingChanged } from './types/setting-changed.js';
import { SourceMined } from './types/source-mined.js';
import { TermDefined } from './types/term-defined.js';
import { TunnelClosed } from './types/tunnel-closed.js';
import { TunnelDug } from './types/tunnel-dug.js';
import { TunnelUpdated } from './types/tunnel-updated.js';
import { Undone } from './types/undone.js';

export const CATALOGUE = {
  DimensionCreated,
  DimensionAdopted,
  ReplicaForked,
  EntityAdded,
  EntityRevised,
  EntityMoved,
  EntityDeleted,
  EntityRestored,
  RecordWritten,
  RealmDescribed,
  RealmDeleted,
  DomainDescribed,
  DomainDeleted,
  FactAsserted,
  FactAmended,
  FactEnded,
  FactRetracted,
  TermDefined,
  AliasSet,
  PersonNamed,
  PersonForgotten,
  TunnelDug,
  TunnelUpdated,
  TunnelClosed,
  GatewayDismissed,
  SourceMined,
  NodesBuilt,
  NodesPurged,
  SettingChanged,
  EmbedderChosen,
  PersonaDefined,
  PersonaDeleted,
  PersonaActivated,
  IdentitySet,
  Undone,
  Redone,
  Erased,
} as const;

export type EventName = keyof typeof CATALOGUE;
export type EventDataOf<Name extends EventName> = DataOf<(typeof CATALOGUE)[Name]>;

/** Names kept for releases to come, with the stream each belongs to. */
export const RESERVED: Readonly<Record<string, StreamKind>> = {
  LayerEntryWritten: 'entity',
  SourceForgotten: 'source',
};

/** Events that act on other events of their stream instead of carrying data of their own. */
export const MARKERS: ReadonlySet<string> = new Set(['Undone', 'Redone', 'Erased']);

const BY_NAME: Readonly<Record<string, EventType | undefined>> = CATALOGUE;

/** The type of that name, or undefined for one that this release does not read. */
export function eventType(name: string): EventType | undefined {
  return Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
}

/** How many (type, version) pairs this release reads; only ever grows. */
export const CATALOGUE_SIZE: number = Object.values(CATALOGUE).reduce(
  (count, type) => count + type.version,
  0,
);
