/** Trying again what a bad line broke. */
import { setTimeout as pause } from 'node:timers/promises';

const TRIES = 3;
const FIRST_PAUSE_MS = 200;

/** Does the work, up to three times while its failures are such as pass. */
export async function retrying<Result>(
  work: () => Promise<Result>,
  passes: (error: unknown) => boolean,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !passes(error)) throw error;
      await pause(FIRST_PAUSE_MS * 4 ** (tries - 1));
    }
  }
}
