/**
 * Which files are sources, by name: the classes with their chunkers, what is never entered, what is
 * never read.
 *
 * A new kind of source is a row of the class table. Names are compared in lower case.
 */

import type { Chunk } from './chunk.js';
import { chunkMarkdown } from './chunk-markdown.js';
import { chunkText } from './chunk-text.js';
import type { ChunkSizes } from './sizes.js';

export type SourceFormat = 'text' | 'markdown';

/** How the files of one class are filed and cut. */
export interface FileClass {
  /** Stored as metadata `file_type`. */
  readonly fileType: 'text';
  readonly format: SourceFormat;
  readonly chunk: (text: string, sizes: ChunkSizes) => Chunk[];
}

const PLAIN: FileClass = { fileType: 'text', format: 'text', chunk: chunkText };
const MARKDOWN: FileClass = { fileType: 'text', format: 'markdown', chunk: chunkMarkdown };

const CLASS_BY_EXTENSION: ReadonlyMap<string, FileClass> = new Map([
  ...['.md', '.markdown', '.mdx'].map((extension) => [extension, MARKDOWN] as const),
  ...['.txt', '.rst', '.log', '.adoc', '.org', '.tex', '.cfg', '.ini', '.conf'].map(
    (extension) => [extension, PLAIN] as const,
  ),
]);

const PLAIN_NAMES: ReadonlySet<string> = new Set('readme changelog notes todo license'.split(' '));

const SKIPPED_DIRECTORIES: ReadonlySet<string> = new Set(
  `.git __pycache__ node_modules .venv venv env dist build .next coverage .ruff_cache .mypy_cache
  .pytest_cache .cache .tox .nox .idea .vscode .ipynb_checkpoints .eggs htmlcov target .terraform
  vendor .opencode .claude .alt-memory .hg .svn .turbo .nuxt .svelte-kit .parcel-cache .gradle
  .direnv bower_components .yarn .pnpm-store Pods DerivedData`.split(/\s+/),
);

const SKIPPED_FILES: ReadonlySet<string> = new Set(
  `package-lock.json npm-shrinkwrap.json pnpm-lock.yaml yarn.lock bun.lock bun.lockb deno.lock
  cargo.lock poetry.lock uv.lock pipfile.lock composer.lock gemfile.lock go.sum flake.lock mix.lock
  .ds_store thumbs.db desktop.ini .gitignore .altignore .alt-memory.yaml`.split(/\s+/),
);
const SKIPPED_FILE = /\.(?:min\.js|min\.css|map)$/;

const SECRET_FILES: ReadonlySet<string> = new Set(
  `.npmrc .pypirc .netrc .git-credentials .htpasswd credentials.json secrets.yml secrets.yaml
  secrets.json secrets.toml .env`.split(/\s+/),
);
const SECRET_FILE =
  /^(?:id_(?:rsa|ed25519|ecdsa).*|service-account.*\.json|.*\.(?:pem|key|p12|pfx|jks|kdbx))$/s;
const ENVIRONMENT_FILE = /^\.env\.(?!(?:.*\.)?(?:example|sample|template)$)/s;

/** The class of a file by its name; undefined when this release has no chunker for it. */
export function fileClassOf(name: string): FileClass | undefined {
  const extension = extensionOf(name);
  if (extension === '') return PLAIN_NAMES.has(name.toLowerCase()) ? PLAIN : undefined;
  return CLASS_BY_EXTENSION.get(extension);
}

/** The last extension in lower case with its dot; empty for `Makefile` and `.profile`. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
}

/** True for directories that hold no one's own text, at any depth (exact name). */
export function isSkippedDirectory(name: string): boolean {
  return SKIPPED_DIRECTORIES.has(name) || name.endsWith('.egg-info');
}

/** True for files that tools write: lock files, bundles, source maps, our own. */
export function isSkippedFile(name: string): boolean {
  const lower = name.toLowerCase();
  return SKIPPED_FILES.has(lower) || SKIPPED_FILE.test(lower);
}

/** True for files that usually hold a secret: an append-only log cannot easily forget one. */
export function isSecretFile(name: string): boolean {
  const lower = name.toLowerCase();
  return SECRET_FILES.has(lower) || SECRET_FILE.test(lower) || ENVIRONMENT_FILE.test(lower);
}
