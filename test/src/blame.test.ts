/** Whose each line of a memory is. */
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/index.js';
import { open } from '../support/dimensions.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../support/holds.js';
import { runs } from '../support/level.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function opened(): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'));
  await dimension.init();
  return dimension;
}

describe('the blame of a memory', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('says of each line which change brought it, by whom, with what and where', async () => {
    const dimension = await opened();
    const other = dimension.as({
      actor: { kind: 'mcp', tool: 'update_entity', name: 'client', session: 's-1' },
      source: 'model',
    });
    await dimension.addEntity('work', 'notes', 'one\ntwo\nthree', { entityId: 'x' });
    await other.updateEntity('x', { content: 'zero\none\n2\nthree' });
    await dimension.updateEntity('x', { realm: 'home' });
    const [added, revised] = await dimension.entityHistory('x');
    const blame = await dimension.blame('x');
    expect(blame).toMatchObject({ entity_id: 'x', deleted: false, source_file: '' });
    expect(blame?.lines.map(({ line, text, event }) => [line, text, event])).toEqual([
      [1, 'zero', revised?.event],
      [2, 'one', added?.event],
      [3, '2', revised?.event],
      [4, 'three', added?.event],
    ]);
    expect(blame?.lines[0]).toMatchObject({
      type: 'EntityRevised',
      at: revised?.at,
      actor: { kind: 'mcp', tool: 'update_entity', name: 'client', session: 's-1' },
      source: 'model',
      machine: revised?.event.split(':')[0],
      batch: null,
      source_line: null,
    });
  });

  it('names file and line of what was mined', async () => {
    const dimension = await opened();
    const file = join(temporaryFolder(), 'notes.md');
    writeFileSync(file, '# Harbour\n\nThe ferry leaves at nine.\nIt is blue.\n');
    await dimension.mine(file, { realm: 'work', domain: 'notes' });
    const [memory] = await dimension.listEntities();
    const blame = await dimension.blame(memory?.id ?? '');
    expect(blame?.source_file).toContain('notes.md');
    expect(blame?.lines.find(({ text }) => text === 'It is blue.')).toMatchObject({
      batch: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      source_line: 4,
    });
  });

  it('is known of a deleted memory too, and of no other', async () => {
    const dimension = await opened();
    await dimension.addEntity('work', 'notes', 'one', { entityId: 'x' });
    await dimension.deleteEntity('x');
    expect(await dimension.blame('x')).toMatchObject({ deleted: true, lines: [{ text: 'one' }] });
    expect(await dimension.blame('nope')).toBeUndefined();
    const bad = dimension.blame(7 as unknown as string);
    await expect(bad).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('gives the content, and each line to a change that had more of it than before', async () => {
    const dimension = await opened();
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', ' ', ''), { minLength: 1, maxLength: 8 })
      .map((lines) => lines.join('\n'))
      .filter((content) => content.trim() !== '');
    let cases = 0;
    const property = fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 6 }),
      async ([first = '', ...others]) => {
        cases += 1;
        const id = `case-${String(cases)}`;
        await dimension.addEntity('work', 'notes', first, { entityId: id });
        for (const content of others) await dimension.updateEntity(id, { content });
        const versions = await dimension.entityHistory(id);
        const lines = (await dimension.blame(id))?.lines ?? [];
        expect(lines.map(({ text: line }) => line).join('\n')).toBe(versions.at(-1)?.content);
        for (const { text: line, event } of lines) {
          const index = versions.findIndex((version) => version.event === event);
          const timesIn = (at: number): number =>
            versions[at]?.content.split('\n').filter((other) => other === line).length ?? 0;
          const own = lines.filter((other) => other.text === line && other.event === event).length;
          expect(own).toBeLessThanOrEqual(timesIn(index) - timesIn(index - 1));
        }
      },
    );
    await holds(property, runs(60, 2000));
  });
});
