/** A segment as an annotated hex dump: what each byte of it says. */
const BYTES_PER_LINE = 16;
const TEXT_SHOWN_MAX = 40;

const HEADER_FIELDS = [
  [6, 'magic: ALTLOG'],
  [1, 'format version: 1'],
  [1, 'min_reader: 1'],
  [16, 'dimension id'],
  [16, 'replica id'],
  [8, 'first seq: 1'],
  [32, 'chain before: none'],
  [16, 'salt'],
  [4, 'reserved'],
  [4, 'CRC-32 of what stands above'],
];

const FLAGS = [
  [0x01, 'HEADER'],
  [0x02, 'END'],
  [0x80, 'ERASED'],
];

/** Numbers of MessagePack by their first byte: size and name. */
const NUMBERS = {
  0xcb: ['readDoubleBE', 8],
  0xcc: ['readUInt8', 1],
  0xcd: ['readUInt16BE', 2],
  0xce: ['readUInt32BE', 4],
};

class Dump {
  #at = 0;
  lines = [];

  constructor(bytes) {
    this.bytes = bytes;
  }

  get isOver() {
    return this.#at >= this.bytes.length;
  }

  peek() {
    return this.bytes[this.#at];
  }

  /** Takes the next bytes and says what they are. */
  take(size, words) {
    const taken = this.bytes.subarray(this.#at, this.#at + size);
    for (let start = 0; start < size; start += BYTES_PER_LINE) {
      const hex = taken.subarray(start, start + BYTES_PER_LINE).toString('hex');
      const offset = (this.#at + start).toString(16).padStart(4, '0');
      const pairs = hex.replace(/..(?=.)/g, '$& ').padEnd(BYTES_PER_LINE * 3 - 1);
      this.lines.push(`${offset}  ${pairs}  ${start === 0 ? words : ''}`.trimEnd());
    }
    this.#at += size;
    return taken;
  }

  heading(words) {
    this.lines.push('', words, '');
  }

  next(offset, size) {
    return this.bytes.subarray(this.#at + offset, this.#at + offset + size);
  }
}

function frame(dump) {
  const length = dump.next(0, 4).readUInt32BE();
  const flags = dump.next(4, 1).readUInt8();
  const names = FLAGS.filter(([bit]) => flags & bit).map(([, name]) => name);
  dump.heading(`Frame: ${flags & 1 ? 'commit header' : 'event'}`);
  dump.take(4, `payload: ${length} bytes`);
  dump.take(1, `flags: ${names.join(', ') || 'none'}`);
  dump.take(4, 'CRC-32');
  dump.take(32, 'digest: SHA-256 of the payload');
  value(dump, '');
}

const shown = (text) =>
  JSON.stringify(text.length > TEXT_SHOWN_MAX ? `${text.slice(0, TEXT_SHOWN_MAX)}…` : text);

/** Size of the head and of the content of a text, or undefined. */
function textSizes(dump) {
  const kind = dump.peek();
  if (kind >= 0xa0 && kind <= 0xbf) return [1, kind & 31];
  return kind === 0xd9 ? [2, dump.next(1, 1).readUInt8()] : undefined;
}

function value(dump, indent, key = '') {
  const kind = dump.peek();
  const say = (words) => `${indent}${key}${words}`;
  const text = textSizes(dump);
  if (kind <= 0x7f) return dump.take(1, say(kind));
  if (kind <= 0x8f) return map(dump, { indent, size: kind & 15, words: say('map of') });
  if (kind <= 0x9f) return list(dump, { indent, size: kind & 15, words: say('list of') });
  if (text) {
    const [head, size] = text;
    return dump.take(head + size, say(shown(dump.next(head, size).toString())));
  }
  if (kind === 0xc4) {
    const size = dump.next(1, 1).readUInt8();
    return dump.take(2 + size, say(`bin(${size})`));
  }
  if (!(kind in NUMBERS)) throw new Error(`The example holds a MessagePack kind ${kind}.`);
  const [read, size] = NUMBERS[kind];
  return dump.take(1 + size, say(dump.next(1, size)[read]()));
}

function list(dump, { indent, size, words }) {
  dump.take(1, `${words} ${size}`);
  for (let index = 0; index < size; index += 1) value(dump, `${indent}  `);
}

function map(dump, { indent, size, words }) {
  dump.take(1, `${words} ${size}`);
  for (let index = 0; index < size; index += 1) {
    const [head, length] = textSizes(dump);
    dump.take(head + length, `${indent}  ${dump.next(head, length).toString()}:`);
    value(dump, `${indent}    `);
  }
}

export function exampleDump(bytes) {
  const dump = new Dump(bytes);
  dump.heading('Segment header');
  for (const [size, words] of HEADER_FIELDS) dump.take(size, words);
  while (!dump.isOver) frame(dump);
  return ['```text', dump.lines.join('\n').trim(), '```', ''].join('\n');
}
