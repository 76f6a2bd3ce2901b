/**
 * Makes tiny ONNX graphs, a few kilobytes each: every id has a row of a table, a text's vector is
 * the mean of the rows under its mask. Field numbers are those of onnx.proto, operator set 13.
 */

const FLOAT = 1;
const INT64 = 7;
const OPERATOR_SET = 13;

type Dimension = number | string;

export interface TinyGraph {
  /** One row for each id, `dimension` numbers each. */
  readonly table: Float32Array;
  readonly dimension: number;
  /** Which outputs it has, in this order. */
  readonly outputs: readonly ('last_hidden_state' | 'sentence_embedding')[];
  /** The file beside the graph that holds the table; without one it is in the graph. */
  readonly dataFile?: string;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

/** A field that is a whole number. */
const whole = (field: number, value: number): Buffer =>
  Buffer.concat([varint(field * 8), varint(value)]);

/** A field that is a string, bytes or a message. */
function part(field: number, value: string | Uint8Array | readonly Uint8Array[]): Buffer {
  const bytes = Array.isArray(value) ? Buffer.concat(value) : Buffer.from(value as string);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function node(type: string, inputs: readonly string[], output: string): Buffer[] {
  return [...inputs.map((name) => part(1, name)), part(2, output), part(4, type)];
}

const attribute = (name: string, value: number): Buffer =>
  part(5, [part(1, name), whole(3, value), whole(20, 2)]);

function value(name: string, type: number, shape: readonly Dimension[]): Buffer[] {
  const dimensions = shape.map((size) =>
    part(1, typeof size === 'number' ? whole(1, size) : part(2, size)),
  );
  return [part(1, name), part(2, part(1, [whole(1, type), part(2, dimensions)]))];
}

function tensor(name: string, type: number, dims: readonly number[]): Buffer[] {
  return [...dims.map((size) => whole(1, size)), whole(2, type), part(8, name)];
}

const axis = (name: string, index: bigint): Buffer =>
  part(5, [...tensor(name, INT64, [1]), part(9, bytesOf(BigInt64Array.of(index)))]);

const bytesOf = (array: Float32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function tableOf({ table, dimension, dataFile }: TinyGraph): Buffer {
  const head = tensor('table', FLOAT, [table.length / dimension, dimension]);
  if (dataFile === undefined) return part(5, [...head, part(9, bytesOf(table))]);
  const entries = { location: dataFile, offset: '0', length: String(table.byteLength) };
  const external = Object.entries(entries).map(([key, text]) =>
    part(13, [part(1, key), part(2, text)]),
  );
  return part(5, [...head, ...external, whole(14, 1)]);
}

/** The bytes of `model.onnx`, and of the file beside it where the graph has one. */
export function tinyGraph(graph: TinyGraph): { readonly model: Buffer; readonly data: Uint8Array } {
  const { dimension, outputs } = graph;
  const noDimension = attribute('keepdims', 0);
  const nodes = [
    node('Gather', ['table', 'input_ids'], 'last_hidden_state'),
    [...node('Cast', ['attention_mask'], 'mask'), attribute('to', FLOAT)],
    node('Unsqueeze', ['mask', 'last'], 'column'),
    node('Mul', ['last_hidden_state', 'column'], 'masked'),
    [...node('ReduceSum', ['masked', 'pieces'], 'sum'), noDimension],
    [...node('ReduceSum', ['column', 'pieces'], 'count'), noDimension],
    node('Div', ['sum', 'count'], 'sentence_embedding'),
  ];
  const shapes = {
    last_hidden_state: ['batch', 'length', dimension],
    sentence_embedding: ['batch', dimension],
  };
  const body = [
    ...nodes.map((fields) => part(1, fields)),
    part(2, 'tiny'),
    tableOf(graph),
    axis('last', 2n),
    axis('pieces', 1n),
    part(11, value('input_ids', INT64, ['batch', 'length'])),
    part(11, value('attention_mask', INT64, ['batch', 'length'])),
    ...outputs.map((name) => part(12, value(name, FLOAT, shapes[name]))),
  ];
  const model = Buffer.concat([whole(1, 8), part(7, body), part(8, whole(2, OPERATOR_SET))]);
  return { model, data: bytesOf(graph.table) };
}
