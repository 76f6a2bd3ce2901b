/** What `alt --version` prints. Loads nothing but the manifest: the one place of the version. */
import { createRequire } from 'node:module';

/** Name and version. The manifest is one folder up from cli/ and from dist/ alike. */
export function nameAndVersion(): string {
  const manifest = createRequire(import.meta.url)('../package.json') as { version: string };
  return `alt-memory ${manifest.version}`;
}
