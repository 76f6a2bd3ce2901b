/** Text that is in the dialect already: as it is, or cut where it is too long. */
import { AltError } from '../../events/index.js';
import { SEPARATOR } from './compose.js';
import { fieldsOf, REF, STARS } from './grammar.js';
import { cutAtWord, lengthOf } from './length.js';

/**
 * Leaves out fields from the end, except the first, stars and references; then shortens the first.
 *
 * @throws {AltError} INVALID_ARGUMENT when stars and references alone are too long.
 */
export function cutEntry(text: string, max: number): string {
  if (lengthOf(text) <= max) return text;
  const fields = text.split('\n').flatMap(fieldsOf);
  const isKept = (field: string): boolean => STARS.test(field) || REF.test(field);
  const [first = '', ...others] = isKept(fields[0] ?? '') ? ['', ...fields] : fields;
  const stars = others.filter((field) => STARS.test(field)).slice(0, 1);
  const refs = others.filter((field) => REF.test(field));
  const body = others.filter((field) => !isKept(field));
  const write = (head: string, count: number): string => {
    const left = body.slice(0, count);
    const omitted = body.length - count;
    const mark = omitted > 0 ? [`…+${String(omitted)}`] : [];
    return [head, ...left, ...mark, ...stars, ...refs]
      .filter((field) => field !== '')
      .join(SEPARATOR);
  };
  let best: string | undefined;
  for (let count = 0; count <= body.length; count += 1) {
    const written = write(first, count);
    if (lengthOf(written) > max) break;
    best = written;
  }
  return best ?? shortenFirst(first, max, (head) => write(head, 0));
}

function shortenFirst(first: string, max: number, write: (head: string) => string): string {
  const room = max - lengthOf(write('')) - SEPARATOR.length;
  for (let size = Math.max(room, 0) + SEPARATOR.length; size >= 2; size -= 1) {
    const written = write(cutAtWord(first, size));
    if (lengthOf(written) <= max) return written;
  }
  const bare = write('');
  if (lengthOf(bare) <= max) return bare;
  throw new AltError('INVALID_ARGUMENT', 'max_len too small for the reference.', {
    hint: `Allow at least ${String(lengthOf(bare))} characters.`,
  });
}
