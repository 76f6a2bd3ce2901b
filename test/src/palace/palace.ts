/** Dimensions with realms to join. */
import { join } from 'node:path';
import type { Dimension, NewTunnel } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

export interface Memory {
  readonly metadata?: Record<string, unknown>;
  readonly id?: string;
  readonly content?: string;
}

/** An open dimension that holds nothing. */
export async function newPalace(path = join(temporaryFolder(), 'dimension')): Promise<Dimension> {
  const { dimension } = open(path);
  await dimension.init();
  return dimension;
}

let count = 0;

/** Files a memory at `realm/domain`; its text is its own unless given. @returns its id. */
export async function file(
  dimension: Dimension,
  place: string,
  { metadata, id, content }: Memory = {},
): Promise<string> {
  const [realm = '', domain = ''] = place.split('/');
  count += 1;
  const text = content ?? `Memory number ${String(count)}.`;
  return dimension.addEntity(realm, domain, text, { metadata, entityId: id });
}

/** A tunnel between two places, each as `realm/domain`. */
export function between(
  source: string,
  target: string,
  rest: Omit<NewTunnel, `${'source' | 'target'}_${'realm' | 'domain'}`> = {},
): NewTunnel {
  const [source_realm = '', source_domain = ''] = source.split('/');
  const [target_realm = '', target_domain = ''] = target.split('/');
  return { source_realm, source_domain, target_realm, target_domain, ...rest };
}

/** How many events there are. */
export async function eventsOf(dimension: Dimension): Promise<number> {
  return (await dimension.status()).log.events;
}
