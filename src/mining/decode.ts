/**
 * Bytes of a text file to text: byte order mark, strict UTF-8, else one guess of a legacy encoding.
 *
 * Never throws: a file in an unknown encoding is worth more with a wrong accent than not at all.
 * Line ends become LF, NUL is removed, half surrogate pairs become U+FFFD; nothing else changes.
 */

/** How a source was read. */
export type SourceEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Decoded text, or the verdict that the bytes are none. */
export type Decoded =
  | { readonly isBinary: false; readonly text: string; readonly encoding: SourceEncoding }
  | { readonly isBinary: true };

/** A NUL among the first bytes marks a binary file; text has none without a UTF-16 mark. */
const BINARY_PROBE_BYTES = 8192;

/** Bytes 80 to 9F of windows-1252; some releases of Node decode them as control characters. */
const WINDOWS_1252_HIGH =
  '\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D' +
  '\u017D\u008F\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A' +
  '\u0153\u009D\u017E\u0178';

/** Decodes the bytes of one file. */
export function decodeSource(bytes: Uint8Array): Decoded {
  const marked = decodeMarked(bytes);
  if (marked !== undefined) return marked;
  if (bytes.subarray(0, BINARY_PROBE_BYTES).includes(0)) return { isBinary: true };
  const utf8 = decodeStrictUtf8(bytes);
  if (utf8 !== undefined) return textOf(utf8, 'utf-8');
  return guessLegacy(bytes);
}

/**
 * The text with LF line ends, without NUL, and with U+FFFD in place of half surrogate pairs.
 *
 * @internal
 */
export function normalizeText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replaceAll('\0', '')
    .replace(/\p{Surrogate}/gu, '\uFFFD');
}

function decodeMarked(bytes: Uint8Array): Decoded | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    const body = bytes.subarray(3);
    const isBinary = body.subarray(0, BINARY_PROBE_BYTES).includes(0);
    return isBinary ? { isBinary } : textOf(new TextDecoder('utf-8').decode(body), 'utf-8');
  }
  if (first === 0xff && second === 0xfe) return decodeUtf16(bytes, 'utf-16le');
  if (first === 0xfe && second === 0xff) return decodeUtf16(bytes, 'utf-16be');
  return undefined;
}

function decodeUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): Decoded {
  return textOf(new TextDecoder(encoding).decode(bytes.subarray(2)), encoding);
}

function decodeStrictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The one place that decides what bytes are that are neither marked nor UTF-8. */
function guessLegacy(bytes: Uint8Array): Decoded {
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const text = latin.replace(/[\x80-\x9F]/g, (unit) =>
    WINDOWS_1252_HIGH.charAt(unit.charCodeAt(0) - 0x80),
  );
  return textOf(text, 'windows-1252');
}

function textOf(text: string, encoding: SourceEncoding): Decoded {
  return { isBinary: false, text: normalizeText(text), encoding };
}
