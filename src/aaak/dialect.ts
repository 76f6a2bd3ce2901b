/** The dialect as an object with a codebook of its own, for programs that write index files. */
import { AltError, explained, nodeFiles, readText, replaceFile } from '../../events/index.js';
import { Codebook } from './codebook.js';
import { decodeIndex, type IndexFile } from './index-form.js';
import { indexText, type IndexPlace } from './index-text.js';
import { aaakCountTokens } from './text.js';
import { aaakCompressionStats, type CompressionStats } from './topics.js';
import {
  ALL_FILES,
  encodeFile,
  encodeFiles,
  encodeLayer,
  encodeNote,
  LAYER_FILE,
} from './zettels.js';
import type { LayerOptions, ZettelFile, ZettelNote } from './zettels.js';

/** What the file of a codebook holds. */
export interface DialectConfig {
  /** Codes by name. */
  readonly entities?: Readonly<Record<string, string>> | undefined;
  readonly skip_names?: readonly string[] | undefined;
  /** The language of the texts, such as `en`. */
  readonly lang?: string | undefined;
}

export class AaakDialect {
  /** What the file of the first layer is called, and that of all files in one. */
  static readonly layerFile = LAYER_FILE;
  static readonly allFiles = ALL_FILES;

  readonly codebook: Codebook;
  readonly lang: string;
  readonly #skipNames: readonly string[];

  /** @throws {AltError} INVALID_ARGUMENT for a code that is none */
  constructor(config: DialectConfig = {}) {
    this.#skipNames = config.skip_names ?? [];
    this.codebook = new Codebook({ entities: config.entities, skipNames: this.#skipNames });
    this.lang = config.lang ?? 'en';
  }

  /** @throws {AltError} NOT_FOUND, INVALID_ARGUMENT when the file is no configuration */
  static fromConfig(path: string): AaakDialect {
    const text = readText(path);
    if (text === undefined) throw new AltError('NOT_FOUND', `There is no file ${path}.`);
    return new AaakDialect(parseConfig(text, path));
  }

  /** Writes one name a code, and the names that never get one. */
  saveConfig(path: string): void {
    const config: DialectConfig = {
      entities: Object.fromEntries(this.codebook.entries()),
      skip_names: this.#skipNames,
      lang: this.lang,
    };
    try {
      replaceFile(nodeFiles, path, `${JSON.stringify(config, undefined, 2)}\n`);
    } catch (error) {
      throw explained(error, `Writing ${path}`);
    }
  }

  /** A text as a line of the index form; a header comes first where its place is known. */
  compress(text: string, place: IndexPlace = {}): string {
    return indexText(text, this.codebook, place);
  }

  /** Reads a file of the index form. */
  decode(text: string): IndexFile {
    return decodeIndex(text);
  }

  /** The code of a name; undefined for one that is skipped. */
  encodeEntity(name: string): string | undefined {
    return this.codebook.codeFor(name);
  }

  encodeNote(note: ZettelNote): string {
    return encodeNote(note, this.codebook);
  }

  encodeFile(file: ZettelFile): string {
    return encodeFile(file, this.codebook);
  }

  encodeFiles(files: readonly ZettelFile[]): string {
    return encodeFiles(files, this.codebook);
  }

  encodeLayer(files: readonly ZettelFile[], options: LayerOptions): string {
    return encodeLayer(files, this.codebook, options);
  }

  compressionStats(original: string, compressed: string): CompressionStats {
    return aaakCompressionStats(original, compressed);
  }

  countTokens(text: string): number {
    return aaakCountTokens(text);
  }
}

function parseConfig(text: string, path: string): DialectConfig {
  const parsed = asObject(parseJson(text));
  const { entities = {}, skip_names: skipNames = [], lang = 'en' } = parsed ?? {};
  if (parsed && isCodes(entities) && isNames(skipNames) && isText(lang)) {
    return { entities, skip_names: skipNames, lang };
  }
  throw new AltError('INVALID_ARGUMENT', `${path} is no configuration of the dialect.`, {
    hint: 'It looks like {"entities": {"Alice": "ALC"}, "skip_names": ["Gandalf"], "lang": "en"}.',
  });
}

/** Codes by name, as far as types go. */
export const isCodes = (value: unknown): value is Record<string, string> =>
  asObject(value) !== undefined && Object.values(value as object).every(isText);

export const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(isText);

const isText = (value: unknown): value is string => typeof value === 'string';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no configuration either; the caller says so.
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}
