/**
 * Hands the headers that came with the running Node to node-gyp, which would download them.
 *
 * node-gyp looks into its cache before it asks the network. Where the cache lacks this version and
 * the installation of Node has it, the cache gets a link; so `npm ci` compiles its native packages
 * with no network beyond the registry. In every other case nothing is done and node-gyp goes its
 * usual way. npm runs every `preinstall` before the first `install`: so this is a package.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The layout of the cache as node-gyp numbers it; a node-gyp with a higher number downloads. */
const LAYOUT = 11;

const version = process.versions.node;
const own = join(dirname(dirname(process.execPath)), 'include');

function cacheFolder() {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'node-gyp');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'node-gyp');
}

/** True if a folder `include` has the headers of exactly the running version. */
function hasHeaders(include) {
  const header = join(include, 'node', 'node_version.h');
  if (!existsSync(header)) return false;
  const numbers = readFileSync(header, 'utf8').matchAll(
    /^#define NODE_(?:MAJOR|MINOR|PATCH)_VERSION (\d+)/gm,
  );
  return [...numbers].map((match) => match[1]).join('.') === version;
}

// Windows links against node.lib, which no installation of Node carries.
const folder = join(cacheFolder(), version);
if (process.platform !== 'win32' && hasHeaders(own) && !hasHeaders(join(folder, 'include'))) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(own, join(folder, 'include'));
  writeFileSync(join(folder, 'installVersion'), `${LAYOUT}\n`);
}
