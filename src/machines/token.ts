/** The token that lets other machines ask "alt serve". */
import { dirname } from 'node:path';
import {
  AltError,
  makeFolderDurably,
  nodeFiles,
  readText,
  replaceFile,
  systemError,
} from '../../events/index.js';
import { resolvePath } from '../opening.js';
import { realSystem } from '../system.js';

const TOKEN = /^[\x21-\x7e]{16,512}$/;

/** @throws {AltError} INVALID_ARGUMENT */
export function checkToken(token: string): string {
  if (TOKEN.test(token)) return token;
  throw new AltError('INVALID_ARGUMENT', 'A token is 16 to 512 characters, without spaces.', {
    hint: 'Name a file that does not exist yet: a good token is put there.',
  });
}

/**
 * The token of a file; where there is none, a new one is put there, for the owner's eyes.
 *
 * @throws {AltError} INVALID_ARGUMENT for a file that holds something else; IO_FAILED, READ_ONLY
 */
export function readOrMakeToken(file: string): { readonly token: string; readonly made: boolean } {
  const path = resolvePath(file);
  try {
    const held = readText(path);
    if (held !== undefined) return { token: checkToken(held.trim()), made: false };
    const token = realSystem.randomBytes(32).toString('base64url');
    makeFolderDurably(nodeFiles, dirname(path));
    replaceFile(nodeFiles, path, `${token}\n`);
    return { token, made: true };
  } catch (error) {
    throw systemError(error, `Reading or making the token in ${path}`);
  }
}
