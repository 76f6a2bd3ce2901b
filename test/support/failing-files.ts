/** The real file system, but for the calls that a test wants to fail. */
import { nodeFiles, type Files } from '../../events/index.js';

export type Operation = keyof Files;

export interface Failure {
  /** Which calls are counted; all of them without it. */
  readonly operation?: Operation;
  /** Which of the counted calls fails, from 1. */
  readonly call: number;
  readonly errno: string;
  /** Of a write: how many bytes reach the file before it fails. */
  readonly shortBytes?: number;
}

export interface FailingFiles {
  readonly files: Files;
  /** Every call so far, in order. */
  readonly calls: Operation[];
}

type Call = (...args: never[]) => unknown;

/** Files of which the named calls fail, once each. */
export function failingFiles(...failures: readonly Failure[]): FailingFiles {
  const calls: Operation[] = [];
  const isDue = ({ operation, call }: Failure): boolean => {
    if (operation === undefined) return calls.length === call;
    if (calls.at(-1) !== operation) return false;
    return calls.filter((name) => name === operation).length === call;
  };
  const files = new Proxy(nodeFiles, {
    get(target, name) {
      const operation = name as Operation;
      return (...args: never[]): unknown => {
        calls.push(operation);
        const failure = failures.find(isDue);
        const call: Call = Reflect.get<typeof target, Operation>(target, operation);
        if (!failure) return call(...args);
        if (operation === 'write') writePart(args, failure.shortBytes ?? 0);
        throw systemFailure(failure.errno);
      };
    },
  });
  return { files, calls };
}

function writePart(args: readonly unknown[], sizeBytes: number): void {
  const [handle, bytes, offset] = args as [number, Uint8Array, number];
  nodeFiles.write(handle, bytes.subarray(0, sizeBytes), offset);
}

/** An error as Node throws it. */
export function systemFailure(errno: string): Error {
  return Object.assign(new Error(`${errno}: injected`), { code: errno });
}
