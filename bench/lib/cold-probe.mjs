/** The shortest program that uses the library once: what a start costs without a command line. */
import { importLibrary } from './library.mjs';

const [, , path, question] = process.argv;
const { Dimension } = await importLibrary();
const dimension = new Dimension({ path });
const answer = question ? await dimension.search(question) : await dimension.status();
process.stdout.write(`${JSON.stringify(answer).length}\n`);
await dimension.close();
process.exit(0);
