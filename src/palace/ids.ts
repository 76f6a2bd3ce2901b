/** Ids that follow from what they name, so that every machine makes the same ones. */
import { createHash } from 'node:crypto';

export interface TunnelPlace {
  readonly realm: string;
  readonly domain: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** `realm/domain`: by this, places are compared. */
export const placeKey = ({ realm, domain }: TunnelPlace): string => `${realm}/${domain}`;

/** The same from either end. */
export function tunnelId(source: TunnelPlace, target: TunnelPlace): string {
  const keys = [placeKey(source), placeKey(target)].sort();
  return sha256(keys.join('↔')).slice(0, 16);
}

/** `a` sorts before `b`. */
export function gatewayId(realm: string, a: string, b: string): string {
  return `gateway_${realm}_${a}_${b}_${sha256([realm, a, b].join('::')).slice(0, 8)}`;
}
