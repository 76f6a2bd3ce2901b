/** Tells the parts among what a remote lists from what is refused by name, kind or size. */
import { parsePartName, partSize, type PartRange } from '../../events/index.js';
import { DIMENSION_OBJECT, type RemoteObject } from './remote.js';
import type { PartReport } from './report.js';

export interface ListedPart extends RemoteObject {
  readonly range: PartRange;
}

export interface Sorted {
  readonly parts: ListedPart[];
  readonly refused: PartReport[];
}

export function sortObjects(objects: readonly RemoteObject[]): Sorted {
  const parts: ListedPart[] = [];
  const refused: PartReport[] = [];
  for (const object of objects) {
    if (object.name === DIMENSION_OBJECT) continue;
    const range = parsePartName(object.name);
    const problem = problemOf(object, range);
    if (problem) refused.push({ part: object.name, ...problem });
    else if (range) parts.push({ ...object, range });
  }
  return { parts, refused };
}

/** Nothing is read of an object that has one: a claim costs nothing. */
function problemOf(
  object: RemoteObject,
  range: PartRange | undefined,
): Omit<PartReport, 'part'> | undefined {
  if (object.refused !== undefined) return { code: 'kind', reason: object.refused };
  if (!range) return { code: 'name', reason: 'that is not the name of a part' };
  const [has, needs] = [object.sizeBytes, partSize(range)];
  if (has === needs) return undefined;
  const reason = `it has ${String(has)} bytes where its name says ${String(needs)}`;
  return { code: has < needs ? 'unfinished' : 'size', reason };
}
