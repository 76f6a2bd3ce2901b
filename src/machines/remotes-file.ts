/**
 * remotes.json: where this machine ships to, and what it knows to be there. It never travels, and
 * losing it loses nothing but the choice: what is there is found out again.
 */
import { join } from 'node:path';
import { readText, replaceFile, type Files, type VersionVector } from '../../events/index.js';
import { REMOTE_KINDS, type RemotePlace } from './remote-of.js';

export interface RemoteChoice extends RemotePlace {
  /** What the remote is known to hold. */
  readonly shipped: VersionVector;
  /** When something was last sent and asked for, ms. */
  readonly pushedMs?: number;
  readonly pulledMs?: number;
}

export type Remotes = Readonly<Record<string, RemoteChoice>>;

const pathIn = (folder: string): string => join(folder, 'remotes.json');

/** By name. A file that is missing or unreadable names none. */
export function readRemotes(folder: string): Remotes {
  try {
    const parsed = JSON.parse(readText(pathIn(folder)) ?? '{}') as { remotes?: unknown };
    const entries = Object.entries((parsed.remotes ?? {}) as Record<string, Partial<RemoteChoice>>);
    const sound = entries.filter(([, choice]) => {
      const isKnown = choice.kind !== undefined && REMOTE_KINDS.includes(choice.kind);
      return isKnown && typeof choice.location === 'string';
    });
    return Object.fromEntries(
      sound.map(([name, choice]) => {
        const { shipped = {}, ...rest } = choice as Partial<RemoteChoice> & RemoteChoice;
        return [name, { ...rest, shipped }];
      }),
    );
  } catch {
    // Remotes are named again with "alt remote add"; nothing of them is lost.
    return {};
  }
}

export function writeRemotes(files: Files, folder: string, remotes: Remotes): void {
  const text = JSON.stringify({ version: 1, remotes }, undefined, 2);
  replaceFile(files, pathIn(folder), `${text}\n`);
}

/** Changes what is known of one remote; nothing where it was removed meanwhile. */
export function noteRemote(
  files: Files,
  folder: string,
  change: { readonly name: string; readonly to: (choice: RemoteChoice) => RemoteChoice },
): void {
  const remotes = readRemotes(folder);
  const choice = remotes[change.name];
  if (!choice) return;
  writeRemotes(files, folder, { ...remotes, [change.name]: change.to(choice) });
}
