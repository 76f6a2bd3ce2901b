/**
 * Builds `dist/`: one bundle per program, the library, and the library's declarations.
 *
 * Bundles are for start-up: a program opens a handful of files instead of hundreds. Packages with
 * native code or files of their own stay outside. `dist/` is flat, so code that looks for a file
 * beside itself finds it at the same place from every bundle. Types are not checked here: that is
 * `npm run typecheck`.
 */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(ROOT, 'dist');
const LIBRARY = 'src/index.ts';

const ENTRIES = {
  alt: 'cli/alt.ts',
  'alt-memory-mcp': 'mcp/main.ts',
  index: LIBRARY,
  'embedder-worker': 'src/embedders/worker.ts',
};

const PROGRAMS = ['alt', 'alt-memory-mcp'];

const EXTERNAL = [
  // Bundled, what it gives to a dynamic import has no names.
  '@aws-sdk/client-s3',
  'better-sqlite3',
  'chromadb',
  'hnswlib-node',
  'msgpackr-extract',
  'onnxruntime-node',
  'onnxruntime-web',
];

// A CommonJS package in an ES module still calls require() for what Node itself brings.
const BANNER = `import { createRequire as createRequireHere } from 'node:module';
const require = createRequireHere(import.meta.url);`;

const PACKAGE_IN_PATH = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//;

function presentEntries() {
  const present = {};
  for (const [name, source] of Object.entries(ENTRIES)) {
    if (existsSync(join(ROOT, source))) present[name] = source;
    else process.stdout.write(`skipped dist/${name}.js: there is no ${source}\n`);
  }
  return present;
}

async function bundle(entryPoints) {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir: OUT,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: EXTERNAL,
    // Without its optional native part, which costs a start more than it saves.
    alias: { msgpackr: 'msgpackr/pack' },
    banner: { js: BANNER },
    metafile: true,
    logLevel: 'warning',
  });
  return result.metafile;
}

/** The licences of what was bundled ask to travel with it. */
function writeNotices(metafile) {
  const folders = new Map();
  for (const input of Object.keys(metafile.inputs)) {
    const match = PACKAGE_IN_PATH.exec(input);
    if (match) folders.set(match[1], match[2]);
  }
  const notices = [...folders].sort().map(([folder, name]) => {
    const file = readdirSync(join(ROOT, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const { license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    const text = file ? readFileSync(join(ROOT, folder, file), 'utf8').trim() : '';
    return `${name} (${license})\n\n${text}\n`;
  });
  if (notices.length > 0) {
    writeFileSync(join(OUT, 'THIRD-PARTY-LICENSES.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`));
  }
}

/** Writes the declarations that the library's entry reaches, and says what TypeScript refuses. */
function writeDeclarations() {
  const configPath = join(ROOT, 'tsconfig.json');
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram([join(ROOT, LIBRARY)], {
    ...options,
    outDir: join(OUT, 'types'),
    emitDeclarationOnly: true,
  });
  const { diagnostics } = program.emit();
  if (diagnostics.length === 0) return;
  process.stderr.write(ts.formatDiagnostics(diagnostics, ts.createCompilerHost(options)));
  process.exitCode = 1;
}

const startMs = performance.now();
const entries = presentEntries();
rmSync(OUT, { recursive: true, force: true });
const metafile = await bundle(entries);
for (const name of PROGRAMS.filter((program) => program in entries)) {
  chmodSync(join(OUT, `${name}.js`), 0o755);
}
writeNotices(metafile);
if ('index' in entries) writeDeclarations();

const sizeBytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
const tookMs = Math.round(performance.now() - startMs);
process.stdout.write(
  `built ${Object.keys(entries).join(', ') || 'nothing'}: ` +
    `${Math.round(sizeBytes / 1024)} KiB in ${tookMs} ms\n`,
);
