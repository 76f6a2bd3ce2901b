/** Moments as exports of this and other products write them. */
import { AltError } from '../../events/index.js';

const MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?\s?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * A moment as milliseconds since 1970: ISO 8601, or `YYYY-MM-DD HH:MM:SS`; UTC where no zone is
 * named. Undefined for none.
 *
 * @throws {AltError} INVALID_ARGUMENT naming the field
 */
export function checkMoment(value: unknown, what: string): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const ms = typeof value === 'string' ? parseMoment(value.trim()) : undefined;
  if (ms !== undefined) return ms;
  throw new AltError('INVALID_ARGUMENT', `${what} is no moment in time.`, {
    hint: 'Moments are YYYY-MM-DDTHH:MM:SS.mmmZ, and exist in the calendar.',
  });
}

function parseMoment(text: string): number | undefined {
  const [, date, time = '00:00:00', fraction = '', zone = 'Z'] = MOMENT.exec(text) ?? [];
  if (date === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${colonIn(zone)}`);
  if (Number.isNaN(ms)) return undefined;
  // Date.parse takes the 31st of February for a day in March.
  return new Date(Date.parse(`${date}T00:00:00Z`)).toISOString().startsWith(date) ? ms : undefined;
}

const colonIn = (zone: string): string => zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
