/**
 * A tokenizer of the Unigram kind, as multilingual-e5-small has one: of all ways to cut a text into
 * pieces of the vocabulary, the one whose scores add up highest.
 *
 * Tokenising is a library's work, and `@huggingface/tokenizers` does it for every other model. It
 * needs 1.3 s to build this vocabulary of 250,002 pieces, which every command would wait for. Here
 * the vocabulary is a trie that was built before and is used as it lies in the file. A test holds
 * that both give the same ids.
 */
import { AltError } from '../../events/index.js';

const MAGIC = 0x31494e55;
const HEADER_NUMBERS = 4;

/** How far below the lowest score an unknown character lies, as in SentencePiece. */
const UNKNOWN_PENALTY = 10;

const NOT_A_PIECE = -1;
const ROOT = 0;

/** Pieces that stand for themselves wherever a text spells them, before anything is normalised. */
const SPECIAL_PIECES: ReadonlyMap<string, number> = new Map([
  ['<s>', 0],
  ['<pad>', 1],
  ['</s>', 2],
  ['<unk>', 3],
]);
const SPECIAL_PIECE = /(<s>|<pad>|<\/s>|<unk>)/;
const OPENING_ID = 0;
const CLOSING_ID = 2;

const CONTROL = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/g;
const ODD_SPACE = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;
const SPACES = / {2,}/g;

/** What the vocabulary has in the place of a space. */
const SPACE_PIECE = '\u2581';

/** The arrays of a packed vocabulary; their layout is described where they are packed. */
interface Vocabulary {
  /** The children of node n are the nodes from `firstChild[n]` to before `firstChild[n + 1]`. */
  readonly firstChild: Uint32Array;
  readonly ids: Int32Array;
  readonly scores: Float32Array;
  readonly units: Uint16Array;
  readonly unknownId: number;
  readonly unknownScore: number;
}

/**
 * Puts typed arrays over the bytes of a packed vocabulary, which it keeps.
 * Throws EMBEDDING_FAILED when they are of another kind or cut short.
 */
function readVocabulary(bytes: ArrayBuffer): Vocabulary {
  const isLongEnough = bytes.byteLength >= HEADER_NUMBERS * 4;
  const header = isLongEnough ? new Uint32Array(bytes, 0, HEADER_NUMBERS) : [];
  const [magic, nodes = 0, pieces = 0, unknownId = 0] = header;
  const childrenStart = HEADER_NUMBERS * 4;
  const idsStart = childrenStart + (nodes + 1) * 4;
  const scoresStart = idsStart + nodes * 4;
  const unitsStart = scoresStart + pieces * 4;
  if (magic !== MAGIC || bytes.byteLength !== unitsStart + nodes * 2) {
    throw new AltError('EMBEDDING_FAILED', 'The packed vocabulary is damaged or cut short.', {
      hint: 'A damaged file is found by "alt models verify".',
    });
  }
  const scores = new Float32Array(bytes, scoresStart, pieces);
  return {
    firstChild: new Uint32Array(bytes, childrenStart, nodes + 1),
    ids: new Int32Array(bytes, idsStart, nodes),
    scores,
    units: new Uint16Array(bytes, unitsStart, nodes),
    unknownId,
    // The unknown piece is packed with the lowest score of all.
    unknownScore: (scores[unknownId] ?? 0) - UNKNOWN_PENALTY,
  };
}

/** The child of a node that a unit leads to; {@link ROOT}, which is nobody's child, for none. */
function childOf({ firstChild, units }: Vocabulary, node: number, unit: number): number {
  let low = firstChild[node] ?? 0;
  let high = firstChild[node + 1] ?? 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = units[middle] ?? 0;
    if (there === unit) return middle;
    if (there < unit) low = middle + 1;
    else high = middle;
  }
  return ROOT;
}

/** As the model was trained: composed, without control characters, one space for any run. */
function normalise(text: string): string {
  return text.replace(CONTROL, '').replace(ODD_SPACE, ' ').normalize('NFKC').replace(SPACES, ' ');
}

/** The best ways to cut the beginnings of a text: of each of them the sum and the last piece. */
class Lattice {
  /** Sums of 32-bit scores are exact in 64 bits, so two ways are equal only if they are. */
  private readonly sums: Float64Array;
  private readonly lastIds: Int32Array;
  private readonly lastStarts: Int32Array;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly text: string,
  ) {
    this.sums = new Float64Array(text.length + 1).fill(-Infinity);
    this.sums[0] = 0;
    this.lastIds = new Int32Array(text.length + 1);
    this.lastStarts = new Int32Array(text.length + 1);
  }

  /** The ids of the best way to cut the text; unknown characters in a row are one piece. */
  best(): number[] {
    const { text, lastIds, lastStarts } = this;
    const { unknownId } = this.vocabulary;
    for (let start = 0; start < text.length;) start += this.tryPiecesAt(start);
    const ids: number[] = [];
    for (let end = text.length; end > 0; end = lastStarts[end] ?? 0) {
      const id = lastIds[end] ?? unknownId;
      if (id !== unknownId || ids.at(-1) !== unknownId) ids.push(id);
    }
    return ids.reverse();
  }

  /** Tries every piece that begins at `start`; returns how many units the character there has. */
  private tryPiecesAt(start: number): number {
    const { vocabulary, text } = this;
    const characterUnits = (text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
    let isKnown = false;
    let node = childOf(vocabulary, ROOT, text.charCodeAt(start));
    for (let end = start + 1; node !== ROOT; end += 1) {
      const id = vocabulary.ids[node] ?? NOT_A_PIECE;
      if (id !== NOT_A_PIECE) {
        isKnown ||= end - start === characterUnits;
        this.tryPiece(start, end, id);
      }
      node = end < text.length ? childOf(vocabulary, node, text.charCodeAt(end)) : ROOT;
    }
    if (!isKnown) this.tryPiece(start, start + characterUnits, vocabulary.unknownId);
    return characterUnits;
  }

  /** Of two ways with the same sum the one whose last piece is longer stays: it came first. */
  private tryPiece(start: number, end: number, id: number): void {
    const { scores, unknownId, unknownScore } = this.vocabulary;
    const score = id === unknownId ? unknownScore : (scores[id] ?? 0);
    const sum = (this.sums[start] ?? 0) + score;
    if (sum <= (this.sums[end] ?? 0)) return;
    this.sums[end] = sum;
    this.lastIds[end] = id;
    this.lastStarts[end] = start;
  }
}

/** The ids of a stretch of text without special pieces. */
function cut(vocabulary: Vocabulary, text: string): number[] {
  const normal = normalise(text);
  if (normal === '') return [];
  // As the library: what normalising makes a special piece of is one too, if it stands alone.
  const special = SPECIAL_PIECES.get(normal);
  if (special !== undefined) return [special];
  const spaced = normal.startsWith(' ') ? normal : ` ${normal}`;
  return new Lattice(vocabulary, spaced.replaceAll(' ', SPACE_PIECE)).best();
}

/**
 * The tokenizer of a packed vocabulary, whose bytes it keeps: from a text of whole characters to
 * the ids of its pieces, the opening and the closing one included.
 * Throws EMBEDDING_FAILED when the bytes are of another kind or cut short.
 */
export function unigramTokenizer(bytes: ArrayBuffer): (text: string) => readonly number[] {
  const vocabulary = readVocabulary(bytes);
  return (text) => {
    const ids = text.split(SPECIAL_PIECE).flatMap((part) => {
      return SPECIAL_PIECES.get(part) ?? cut(vocabulary, part);
    });
    return [OPENING_ID, ...ids, CLOSING_ID];
  };
}
