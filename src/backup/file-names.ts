/** File names made from realms and domains: safe on every system, no two alike. */

/** Systems cut or refuse longer ones; bytes, with room for a number and an ending. */
const NAME_BYTES_MAX = 200;
/** What Windows keeps for devices, whatever the ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

export class FileNames {
  readonly #taken = new Set<string>();

  /** A name that nothing else in this folder has, also where case does not count. */
  take(name: string): string {
    const safe = safeName(name);
    for (let number = 1; ; number += 1) {
      const candidate = number === 1 ? safe : `${safe}-${String(number)}`;
      const key = candidate.normalize('NFC').toLowerCase();
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return candidate;
    }
  }
}

function safeName(name: string): string {
  let safe = name.replace(/[/\\:*?"<>|\u0000-\u001f\u007f]/g, '_').replace(/^[. ]+|[. ]+$/g, '');
  while (Buffer.byteLength(safe) > NAME_BYTES_MAX) safe = [...safe].slice(0, -1).join('');
  if (safe === '') return 'unknown';
  return RESERVED.test(safe) ? `_${safe}` : safe;
}
