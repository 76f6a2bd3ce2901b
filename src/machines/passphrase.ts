/**
 * The passphrase stanza of age, stretched by Node's own scrypt: the library's takes many times as
 * long and holds the event loop. The format is age's; other programs read it.
 */
import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import type { Identity, Recipient, Stanza } from 'age-encryption';
import { realSystem } from '../system.js';

/** As age itself chooses: N is 2 to the power of it. */
const WORK = 18;
/** What a hostile file asks for beyond this is not done. */
const WORK_MAX = 20;
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const LABEL = 'age-encryption.org/v1/scrypt';
const CIPHER = 'chacha20-poly1305';
/** The key is used once. */
const NONCE = Buffer.alloc(12);

function stretch(passphrase: string, salt: Buffer, work: number): Promise<Buffer> {
  const cost = { N: 2 ** work, r: 8, p: 1, maxmem: 2 ** (work + 11) };
  const labelled = Buffer.concat([Buffer.from(LABEL), salt]);
  return new Promise((resolve, reject) => {
    scrypt(passphrase, labelled, 32, cost, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

export function passphraseRecipient(
  passphrase: string,
  makeStanza: (args: string[], body: Uint8Array) => Stanza,
): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = Buffer.from(realSystem.randomBytes(SALT_BYTES));
      const key = await stretch(passphrase, salt, WORK);
      const cipher = createCipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [makeStanza(['scrypt', unpadded(salt), String(WORK)], body)];
    },
  };
}

export function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey([stanza, ...others]) {
      const [kind, salt = '', work = ''] = stanza?.args ?? [];
      // A passphrase stands alone, or whoever knows another key could put in a file of his.
      const isAlone = stanza !== undefined && others.length === 0 && kind === 'scrypt';
      if (!isAlone || !/^[1-9]\d?$/.test(work) || Number(work) > WORK_MAX) return null;
      const key = await stretch(passphrase, Buffer.from(salt, 'base64'), Number(work));
      return opened(Buffer.from(stanza.body), key);
    },
  };
}

function opened(body: Buffer, key: Buffer): Uint8Array | null {
  const decipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES });
  try {
    decipher.setAuthTag(body.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    // Another passphrase.
    return null;
  }
}
