/**
 * The seed of the properties. The first level is the same at every run, so that a change is judged
 * by what it changes; the full level looks somewhere new each time. A failure prints its seed, and
 * ALT_TEST_SEED sets it at both.
 */
import fc from 'fast-check';

const SEED = 20_261_124;

const { ALT_TEST_SEED: asked, ALT_TEST_LEVEL: level } = process.env;
if (asked !== undefined) fc.configureGlobal({ seed: Number(asked) });
else if (level !== 'full') fc.configureGlobal({ seed: SEED });
