import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Gate } from '../../mcp/gate.js';

/** Work that is done when told so. */
function work(name: string, said: string[]): { run: () => Promise<void>; end: () => void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    end,
    async run() {
      said.push(`${name} began`);
      await ended;
      said.push(`${name} ended`);
    },
  };
}

it('runs calls side by side, and what must be alone between them', async () => {
  const gate = new Gate();
  const said: string[] = [];
  const [one, two, close, three] = ['one', 'two', 'close', 'three'].map((name) => work(name, said));
  const all = [
    gate.shared(one!.run),
    gate.shared(two!.run),
    gate.alone(close!.run),
    gate.shared(three!.run),
  ];
  await setImmediate();
  expect(said).toEqual(['one began', 'two began']);
  one!.end();
  await setImmediate();
  expect(said.slice(2)).toEqual(['one ended']);
  two!.end();
  await setImmediate();
  expect(said.slice(3)).toEqual(['two ended', 'close began']);
  close!.end();
  three!.end();
  await Promise.all(all);
  expect(said.slice(5)).toEqual(['close ended', 'three began', 'three ended']);
});

it('goes on after work that failed', async () => {
  const gate = new Gate();
  const failing = gate.alone(() => Promise.reject(new Error('no')));
  const after = gate.shared(() => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  await expect(after).resolves.toBe('yes');
});
