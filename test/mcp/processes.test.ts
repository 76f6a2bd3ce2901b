/** Several processes on one dimension: what one of them has been told, all know. */
import { expect, it } from 'vitest';
import { connect, newPath, read, type Connected } from './servers.js';

async function idsFor({ ask }: Connected, query: string): Promise<string[]> {
  const { results } = (await ask('search', { query })) as { results: { id: string }[] };
  return results.map(({ id }) => id);
}

it('an add is found by the server itself, by a second one and by the library', async () => {
  const path = newPath();
  const [first, second] = [await connect(path), await connect(path)];
  const memory = { realm: 'r', domain: 'd', content: 'The brakes squeak.', entity_id: 'one' };
  await first.ask('add_entity', memory);
  expect(await idsFor(first, 'brakes')).toEqual(['one']);
  expect(await idsFor(second, 'brakes')).toEqual(['one']);
  const found = await read(path, (dimension) => dimension.search('brakes'));
  expect(found.map(({ id }) => id)).toEqual(['one']);
});

it('a server that runs finds what another process adds at its next call', async () => {
  const path = newPath();
  const server = await connect(path);
  expect((await server.ask('list_entities')).total).toBe(0);
  await read(path, (dimension) => {
    return dimension.addEntity('r', 'd', 'Tulips bloom in spring.', { entityId: 'two' });
  });
  expect((await server.ask('list_entities')).total).toBe(1);
  expect(await idsFor(server, 'tulips')).toEqual(['two']);
});

it('two servers that write at once lose nothing', async () => {
  const path = newPath();
  const servers = [await connect(path), await connect(path)];
  await Promise.all(
    servers.flatMap(({ ask }, server) => {
      return Array.from({ length: 25 }, (_, index) => {
        const content = `Memory ${String(index)} of server ${String(server)}.`;
        return ask('add_entity', { realm: 'r', domain: 'd', content });
      });
    }),
  );
  for (const { ask } of servers) expect((await ask('list_entities')).total).toBe(50);
});

it('what is written is embedded behind the calls, without a search', async () => {
  const { ask } = await connect(newPath());
  await ask('add_entity', { realm: 'r', domain: 'd', content: 'The brakes squeak.' });
  await expect
    .poll(async () => (await ask('get_status')).pending, { timeout: 20_000, interval: 100 })
    .toBe(0);
});
