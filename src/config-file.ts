/**
 * config.json, the user's own settings. One that cannot be read is said and never written over:
 * what is in it may be mended by hand.
 */
import { dirname, join } from 'node:path';
import {
  AltError,
  explained,
  FileLock,
  makeFolderDurably,
  nodeFiles,
  readText,
  replaceFile,
} from '../events/index.js';

export type ConfigValues = Readonly<Record<string, unknown>>;

/** What config.json holds, and where it could not be read why, without a full stop. */
export interface ConfigFile {
  readonly values: ConfigValues;
  readonly problem?: string;
}

interface Parsed {
  readonly path: string;
  readonly text: string;
  readonly file: ConfigFile;
}

/** What was read last: many questions look at the settings, and few find others than before. */
let last: Parsed | undefined;

/**
 * Reads a config.json; one that does not exist holds nothing. As long as it says the same, the
 * answer is the same object.
 */
export function readConfigFile(path: string): ConfigFile {
  try {
    const text = readText(path) ?? '{}';
    if (last?.path !== path || last.text !== text) last = { path, text, file: parse(path, text) };
    return last.file;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { values: {}, problem: `${path} cannot be read: ${reason}` };
  }
}

function parse(path: string, text: string): ConfigFile {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return { values: parsed as ConfigValues };
  }
  return { values: {}, problem: `${path} is no JSON object` };
}

/**
 * Changes a config.json: reads it and renames what `change` makes of it into place, under a lock,
 * so that of two changes at once none is lost.
 *
 * @throws {AltError} CONFIG_DAMAGED when it cannot be read; READ_ONLY, DISK_FULL, BUSY
 */
export async function changeConfigFile(
  path: string,
  change: (values: ConfigValues) => ConfigValues,
): Promise<void> {
  const folder = dirname(path);
  const lock = new FileLock(join(folder, 'config.lock'), { files: nodeFiles, label: 'config' });
  try {
    makeFolderDurably(nodeFiles, folder);
    const release = await lock.acquire();
    try {
      const { values, problem } = readConfigFile(path);
      if (problem !== undefined) throw damaged(path, problem);
      replaceFile(nodeFiles, path, `${JSON.stringify(change(values), undefined, 2)}\n`);
    } finally {
      release();
    }
  } catch (error) {
    throw explained(error, `Writing ${path}`);
  } finally {
    lock.close();
  }
}

function damaged(path: string, problem: string): AltError {
  return new AltError('CONFIG_DAMAGED', `${problem}; it was left as it is.`, {
    hint: `Mend ${path} or move it away, then run the command again.`,
  });
}
