/** The memories as a folder of Markdown: `index.md`, and `<realm>/<domain>.md`. */
import { join } from 'node:path';
import type { EntityRow } from '../../projections/index.js';
import { toEntity, toIso } from '../entity.js';
import type { Session } from '../session.js';
import { placeOf, type ExportFilter } from './export.js';
import { makeExportFolder, openExportFile, type ExportFile } from './files.js';
import { FileNames } from './file-names.js';
import { snapshotRows } from './snapshot.js';

const INDEX = 'index.md';

export interface Exported {
  readonly realms: number;
  readonly domains: number;
  readonly entities: number;
}

/**
 * Writes every memory into files below `folder`, which is made as needed; nothing at all when there
 * is no memory.
 *
 * @throws {AltError} PATH_DENIED when the folder, or a file to be written, is a link
 */
export async function exportMarkdown(
  session: Session,
  folder: string,
  filter: ExportFilter = {},
): Promise<Exported> {
  const tree = new Tree(folder);
  const place = placeOf(filter);
  if (!place) return { realms: 0, domains: 0, entities: 0 };
  try {
    for await (const rows of snapshotRows(session, { place, order: 'place' })) tree.add(rows);
  } finally {
    tree.close();
  }
  return tree.writeIndex(toIso(session.system.now()).slice(0, 10));
}

interface RealmPart {
  readonly realm: string;
  readonly folder: string;
  readonly names: FileNames;
  domains: number;
  entities: number;
}

/** Takes memories by realm and domain: one file is open at a time. */
class Tree {
  readonly #folder: string;
  readonly #names = new FileNames();
  readonly #parts: RealmPart[] = [];
  #domain: string | undefined;
  #file: ExportFile | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    // A realm may be called so too.
    this.#names.take(INDEX);
  }

  add(rows: readonly EntityRow[]): void {
    for (const row of rows) {
      const part = this.#partOf(row.realm);
      if (this.#domain !== row.domain || !this.#file) this.#begin(part, row);
      part.entities += 1;
      this.#file?.write(entityText(row));
    }
  }

  #partOf(realm: string): RealmPart {
    const last = this.#parts.at(-1);
    if (last?.realm === realm) return last;
    this.close();
    const folder = this.#names.take(realm);
    if (this.#parts.length === 0) makeExportFolder(this.#folder);
    makeExportFolder(join(this.#folder, folder));
    const part = { realm, folder, names: new FileNames(), domains: 0, entities: 0 };
    this.#parts.push(part);
    return part;
  }

  #begin(part: RealmPart, { realm, domain }: EntityRow): void {
    this.close();
    const name = `${part.names.take(domain)}.md`;
    this.#file = openExportFile(join(this.#folder, part.folder, name));
    this.#domain = domain;
    part.domains += 1;
    this.#file.write(`# ${realm} / ${domain}\n`);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  writeIndex(date: string): Exported {
    const sum = { realms: this.#parts.length, domains: 0, entities: 0 };
    const lines = this.#parts.map(({ realm, folder, domains, entities }) => {
      sum.domains += domains;
      sum.entities += entities;
      const link = `[${cell(realm)}](${encodeURIComponent(folder)}/)`;
      return `| ${link} | ${String(domains)} | ${String(entities)} |\n`;
    });
    if (lines.length === 0) return sum;
    const file = openExportFile(join(this.#folder, INDEX));
    try {
      file.write(`# Memories, exported ${date}\n\n`);
      file.write('| Realm | Domains | Entities |\n| --- | --- | --- |\n');
      for (const line of lines) file.write(line);
    } finally {
      file.close();
    }
    return sum;
  }
}

function entityText(row: EntityRow): string {
  const { id, content, metadata, source_file, created_at } = toEntity(row);
  const by = typeof metadata.added_by === 'string' ? metadata.added_by : '';
  const quote = content.split(/\r\n|[\r\n]/).map((line) => (line === '' ? '>' : `> ${line}`));
  return [
    '',
    `## ${id}`,
    '',
    ...quote,
    '',
    '| Field | Value |',
    '| --- | --- |',
    `| Source | ${cell(source_file)} |`,
    `| Filed | ${created_at} |`,
    `| Added by | ${cell(by)} |`,
    '',
    '---',
    '',
  ].join('\n');
}

/** Text that can neither end a cell nor a row. */
function cell(text: string): string {
  if (text === '') return 'unknown';
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replace(/[\r\n]+/g, ' ');
}
