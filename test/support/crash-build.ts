/**
 * Bundles the library as a release does, together with the program that the crash tests run as a
 * process of its own. Built once a run and apart from `dist/`, which other tests may be replacing;
 * below node_modules, from where packages and the bundled models are found.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const FOLDER_PREFIX = 'built-';

const EXTERNAL = [
  '@aws-sdk/client-s3',
  ...['better-sqlite3', 'chromadb', 'hnswlib-node', 'msgpackr-extract'],
  ...['onnxruntime-node', 'onnxruntime-web'],
];

const BANNER = `import { createRequire as createRequireHere } from 'node:module';
const require = createRequireHere(import.meta.url);`;

/** The built program; remove its folder with {@link removeBuilt}. */
export async function buildChild(): Promise<string> {
  const parent = join(ROOT, 'node_modules/.cache/crash-tests');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, FOLDER_PREFIX));
  // One test runs the program as another user.
  chmodSync(folder, 0o755);
  await build({
    absWorkingDir: ROOT,
    entryPoints: {
      child: 'test/support/child-program.ts',
      'embedder-worker': 'src/embedders/worker.ts',
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: EXTERNAL,
    banner: { js: BANNER },
    logLevel: 'warning',
  });
  return join(folder, 'child.js');
}

/** Of a program that was not built there is nothing to remove, least of all the folder above. */
export function removeBuilt(program: string): void {
  const folder = dirname(program);
  if (basename(folder).startsWith(FOLDER_PREFIX)) rmSync(folder, { recursive: true });
}
