/** Runs one suite in this process and writes what it measured to a file: see run.mjs. */
import { writeFileSync } from 'node:fs';

const [, , name, options, out] = process.argv;
const suite = await import(`../suites/${name}.mjs`);
const result = await suite.run(JSON.parse(options));
writeFileSync(out, JSON.stringify({ title: suite.TITLE, ...result }));
// Native threads may still be winding down; nothing of the measurement is left to do.
process.exit(0);
