/**
 * The little linear algebra that fitting needs: a sparse matrix, its product with a few dense
 * vectors, and orthonormal rows. Only + - * / and square roots, in a fixed order, so that every
 * machine computes the same bits.
 */

/** A sparse matrix by rows: the entries of row r lie from `starts[r]` to `starts[r + 1]`. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  readonly columnCount: number;
}

/** Builds a sparse matrix from rows of [column, value] entries. */
export function sparseRows(
  rows: readonly (readonly (readonly [number, number])[])[],
  columnCount: number,
): SparseRows {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, index) => (starts[index + 1] = (starts[index] ?? 0) + row.length));
  const entries = rows.flat();
  return {
    starts,
    columns: Int32Array.from(entries, ([column]) => column),
    values: Float64Array.from(entries, ([, value]) => value),
    columnCount,
  };
}

/** Matrix times vector: one number for each row. */
export function multiply(matrix: SparseRows, vector: Float64Array): Float64Array {
  const { starts, columns, values } = matrix;
  const product = new Float64Array(starts.length - 1);
  for (let row = 0; row < product.length; row += 1) {
    const end = starts[row + 1] ?? 0;
    let sum = 0;
    for (let entry = starts[row] ?? 0; entry < end; entry += 1) {
      sum += (values[entry] ?? 0) * (vector[columns[entry] ?? 0] ?? 0);
    }
    product[row] = sum;
  }
  return product;
}

/** Transposed matrix times vector: one number for each column. */
export function multiplyTransposed(matrix: SparseRows, vector: Float64Array): Float64Array {
  const { starts, columns, values } = matrix;
  const product = new Float64Array(matrix.columnCount);
  for (let row = 0; row < vector.length; row += 1) {
    const factor = vector[row] ?? 0;
    const end = starts[row + 1] ?? 0;
    for (let entry = starts[row] ?? 0; entry < end; entry += 1) {
      const column = columns[entry] ?? 0;
      product[column] = (product[column] ?? 0) + factor * (values[entry] ?? 0);
    }
  }
  return product;
}

function at(vector: Float64Array, index: number): number {
  return vector[index] ?? 0;
}

/** Dot product; four sums at once, because one would wait for itself at every step. */
function dot(left: Float64Array, right: Float64Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const whole = left.length - (left.length % 4);
  for (let index = 0; index < whole; index += 4) {
    first += at(left, index) * at(right, index);
    second += at(left, index + 1) * at(right, index + 1);
    third += at(left, index + 2) * at(right, index + 2);
    fourth += at(left, index + 3) * at(right, index + 3);
  }
  for (let index = whole; index < left.length; index += 1) {
    first += at(left, index) * at(right, index);
  }
  return first + second + (third + fourth);
}

function subtractScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index += 1) {
    target[index] = (target[index] ?? 0) - factor * (source[index] ?? 0);
  }
}

/** What is left of a vector that depends on the others is rounding; below this it is dropped. */
const DEPENDENT_SHARE = 1e-9;

/** The squares of numbers below this lose digits, down to none: such a vector counts as zero. */
const SMALLEST_LENGTH = 1e-140;

/**
 * Gram–Schmidt: vectors of length 1, at right angles to each other, that span what the given ones
 * span. Vectors that depend on earlier ones, and those as good as zero, are left out. Overwrites
 * its input.
 */
export function orthonormalise(vectors: readonly Float64Array[]): Float64Array[] {
  const kept: Float64Array[] = [];
  for (const vector of vectors) {
    const before = Math.sqrt(dot(vector, vector));
    for (const earlier of kept) subtractScaled(vector, earlier, dot(vector, earlier));
    const after = Math.sqrt(dot(vector, vector));
    if (after <= Math.max(before * DEPENDENT_SHARE, SMALLEST_LENGTH)) continue;
    for (let index = 0; index < vector.length; index += 1) {
      vector[index] = (vector[index] ?? 0) / after;
    }
    kept.push(vector);
  }
  return kept;
}
