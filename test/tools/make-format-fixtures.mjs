/**
 * Makes the golden files of the log's format in an empty folder:
 * `node test/tools/make-format-fixtures.mjs <folder>`.
 *
 * The files of a released version are never made again: they stand for logs that people have. A
 * new version gets a folder of its own, test/fixtures/format/v<N>.
 */
import { mkdirSync } from 'node:fs';
import { importSource } from './from-source.mjs';

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('Name the folder to make the files in.');
mkdirSync(folder, { recursive: true });
const { writeGolden } = await importSource('test/support/golden.ts');
writeGolden(folder);
