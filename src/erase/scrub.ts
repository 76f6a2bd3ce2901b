/** Finding secrets that were stored, and erasing what holds them. */
import { isAltError } from '../../events/index.js';
import type { Db } from '../../projections/index.js';
import { findSecrets, maskedExcerpt } from '../secrets/detect.js';
import type { Session } from '../session.js';
import { eraseChosen, type EraseContext, type EraseOptions, type EraseReceipt } from './erase.js';
import { everyEvent, textsIn, type ScannedEvent } from './scan.js';
import type { Chooser } from './selection.js';

export interface SecretFound {
  /** What it is in: as in {@link EraseReceipt.things}. */
  readonly stream: string;
  readonly id: string | null;
  /** What kind of secret, such as `github-token`. */
  readonly format: string;
  /** Around it; of the secret at most the first four characters. */
  readonly excerpt: string;
}

export interface ScrubReport {
  /** Every different secret once for each thing that holds it; the first 1,000. */
  readonly secrets: readonly SecretFound[];
  readonly total: number;
  /** What erasing them comes to, or came to; null where no secret was found. */
  readonly erased: EraseReceipt | null;
}

const SHOWN_MAX = 1_000;

/** Data of an event that holds a secret. */
const holdsSecret: Chooser = {
  isLast: false,
  decide({ data }) {
    for (const text of textsIn(data)) if (findSecrets(text).length > 0) return true;
    return undefined;
  },
};

/** @throws {AltError} as erasing does; nothing where no secret is found */
export async function scrub(context: EraseContext, options: EraseOptions): Promise<ScrubReport> {
  const { session } = context;
  const found = await session.store.read((db) => secretsIn(session, db));
  try {
    const erased = await eraseChosen(context, holdsSecret, options);
    const shown = found.slice(0, SHOWN_MAX);
    return { secrets: shown, total: found.length, erased: { ...erased, not_found: [] } };
  } catch (error) {
    if (!isAltError(error, 'NOT_FOUND')) throw error;
    return { secrets: [], total: 0, erased: null };
  }
}

/** Each different secret of a stream once. */
function secretsIn(session: Session, db: Db): SecretFound[] {
  const found = new Map<string, SecretFound>();
  for (const event of everyEvent(session, db)) {
    for (const [secret, what] of secretsOf(event)) {
      const key = JSON.stringify([what.stream, secret]);
      if (!found.has(key)) found.set(key, what);
    }
  }
  return [...found.values()];
}

function* secretsOf({
  payload: { stream, data },
}: ScannedEvent): Generator<readonly [string, SecretFound]> {
  const given = data.entity_id ?? data.fact_id ?? data.tunnel_id;
  const id = typeof given === 'string' ? given : null;
  for (const text of textsIn(data)) {
    for (const secret of findSecrets(text)) {
      const { format, start, end } = secret;
      yield [text.slice(start, end), { stream, id, format, excerpt: maskedExcerpt(text, secret) }];
    }
  }
}
