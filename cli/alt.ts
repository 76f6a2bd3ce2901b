#!/usr/bin/env node
/**
 * The entry of `alt`. Asking for the version is answered here, before anything else is loaded; all
 * other commands load what they need when they run.
 */
import { writeOut } from './output.js';
import { nameAndVersion } from './version.js';

const argv = process.argv.slice(2);

if (argv.length === 1 && ['--version', '-V'].includes(argv[0] ?? '')) {
  writeOut(`${nameAndVersion()}\n`);
} else {
  const { main } = await import('./main.js');
  await main(argv, process.env);
}
