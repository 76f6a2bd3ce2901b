/**
 * Which realm and domain a mined file goes to when the caller does not say.
 *
 * The realm is the project's folder. The domain follows the folders of the file: the first one with
 * a known meaning or a usable name. Only the path decides: no edit moves a file to another domain.
 */

import { basename, relative, sep } from 'node:path';
import { slugName } from '../names.js';
import { findGitRoot } from './git.js';
import type { ScanResult, SourceFile } from './scan.js';

/** Where the files of one run go. */
export interface Routing {
  readonly realm: string;
  domainOf(file: SourceFile): string;
}

/** Files that lie in no folder go here. */
const GENERAL = 'general';

const FOLDERS_BY_DOMAIN: Readonly<Record<string, string>> = {
  frontend: 'frontend front-end front_end client ui views components pages',
  backend: 'backend back-end back_end server api routes services controllers models database db',
  documentation: 'docs doc documentation wiki readme notes',
  design: 'design designs mockups wireframes assets storyboard',
  costs: 'costs cost budget finance financial pricing invoices accounting',
  meetings: 'meetings meeting calls meeting_notes standup minutes',
  team: 'team staff hr hiring employees people',
  research: 'research references reading papers',
  planning: 'planning roadmap strategy specs requirements',
  testing: 'tests test testing qa',
  scripts: 'scripts tools utils',
  configuration: 'config configs settings infrastructure infra deploy',
};

const DOMAIN_BY_FOLDER: ReadonlyMap<string, string> = new Map(
  Object.entries(FOLDERS_BY_DOMAIN).flatMap(([domain, folders]) =>
    folders.split(' ').map((folder) => [folder, domain] as const),
  ),
);

/**
 * Routing of a scan. Explicit names must be normalized already. Without them the realm is the name
 * of the repository around the root, else of the root; a single file is routed by its path in its
 * repository, so that it lands where mining the whole repository puts it.
 */
export async function planRouting(
  scan: Pick<ScanResult, 'root' | 'isSingleFile'>,
  explicit: { readonly realm?: string; readonly domain?: string } = {},
): Promise<Routing> {
  const gitRoot = await findGitRoot(scan.root);
  const base = scan.isSingleFile ? (gitRoot ?? scan.root) : scan.root;
  return {
    realm: explicit.realm ?? slugName(basename(gitRoot ?? scan.root)),
    domainOf: (file) =>
      explicit.domain ?? domainOfPath(relative(base, file.path).split(sep).join('/')),
  };
}

/** The domain of a POSIX path relative to the mined directory. @internal */
export function domainOfPath(relativePath: string): string {
  const [first, second] = relativePath.split('/').slice(0, -1);
  if (first === undefined) return GENERAL;
  const mapped = DOMAIN_BY_FOLDER.get(first.toLowerCase());
  if (mapped !== undefined) return mapped;
  const slug = slugName(first);
  // A name as short as `v1` says little; a well-known folder right below it says more.
  const isTelling = /^\p{L}/u.test(slug) && slug.length > 2;
  if (isTelling || second === undefined) return slug;
  return DOMAIN_BY_FOLDER.get(second.toLowerCase()) ?? slug;
}
