/**
 * Asserts a property, and on failure says how to run the very case again:
 * `ALT_TEST_SEED=… ALT_TEST_PATH=… npx vitest run …`.
 */
import fc from 'fast-check';
import { runs } from './level.js';

/** After this long no further case is tried, nor a failing one shrunk further. */
const TIME_LIMIT_MS = runs(45_000, 1_700_000);
/** For vitest, with room for the last case. */
export const PROPERTY_TIMEOUT_MS = TIME_LIMIT_MS + 30_000;

export async function holds<Values>(
  property: fc.IAsyncProperty<Values>,
  numRuns: number,
): Promise<void> {
  const { ALT_TEST_PATH: path } = process.env;
  const details = await fc.check(property, {
    numRuns,
    verbose: 1,
    interruptAfterTimeLimit: TIME_LIMIT_MS,
    ...(path !== undefined && { path }),
  });
  if (!details.failed && details.numRuns > 0) return;
  const report = await fc.asyncDefaultReportMessage(details);
  const where = details.counterexamplePath ?? '';
  const again = `ALT_TEST_SEED=${String(details.seed)} ALT_TEST_PATH=${where}`;
  throw new Error(`${report ?? 'no case was tried'}\n\nRun it again: ${again}`, {
    cause: details.errorInstance,
  });
}
