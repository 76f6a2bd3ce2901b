/** Opens a dimension, searches it, and prints how much memory that took, in MiB: see memory.mjs. */
import { importLibrary } from './library.mjs';

const MIB = 2 ** 20;
const resident = () => process.memoryUsage.rss() / MIB;

const [, , path, asked] = process.argv;
const { Dimension } = await importLibrary();
const imported = resident();
const dimension = new Dimension({ path });
await dimension.listEntities({ limit: 1 });
const opened = resident();
for (const question of JSON.parse(asked)) await dimension.search(question);
const searched = resident();
const peak = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ imported, opened, searched, peak }));
await dimension.close();
