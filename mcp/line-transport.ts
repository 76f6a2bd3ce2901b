/**
 * MCP over two streams, one JSON message a line. In place of the SDK's own transport because a
 * server must answer what it has accepted although its input has ended, must answer lines that are
 * no message, and must outlive a line that is too long.
 */
import type { Readable } from 'node:stream';
import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  parseJSONRPCMessage,
  ProtocolErrorCode,
  type JSONRPCMessage,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server';
import { Lines, TOO_LONG } from './lines.js';

const LINE_BYTES_MAX = 16 * 1024 * 1024;
/** The only revision in which several messages in an array were legal. */
const BATCH_REVISION = '2025-03-26';

export interface LineStreams {
  readonly input: Readable;
  /** Resolves once the text is handed on. */
  readonly write: (text: string) => Promise<void>;
  /** The input has ended. */
  readonly onEnd: () => void;
  /** The first message has been answered. */
  readonly onFirstAnswer: () => void;
}

export class LineTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;

  readonly #streams: LineStreams;
  readonly #lines = new Lines(LINE_BYTES_MAX);
  readonly #unanswered = new Set<RequestId>();
  #whenAnswered: (() => void) | undefined;
  #hasAnswered = false;
  #revision: string | undefined;

  constructor(streams: LineStreams) {
    this.#streams = streams;
  }

  start(): Promise<void> {
    const { input, onEnd } = this.#streams;
    input.on('data', this.#read);
    input.once('end', onEnd);
    input.once('error', onEnd);
    return Promise.resolve();
  }

  /** Takes no further message. What was taken is still answered. */
  stopReading(): void {
    const { input } = this.#streams;
    input.off('data', this.#read);
    input.pause();
  }

  /** Resolves when every request taken has been answered or cancelled. */
  async answered(): Promise<void> {
    if (this.#unanswered.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenAnswered = resolve;
    });
  }

  close(): Promise<void> {
    this.stopReading();
    this.onclose?.();
    return Promise.resolve();
  }

  /** Called by the server when a revision has been agreed on. */
  setProtocolVersion(revision: string): void {
    this.#revision = revision;
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const isAnswer = 'id' in message && !('method' in message);
    try {
      await this.#streams.write(`${JSON.stringify(message)}\n`);
    } finally {
      // One that nobody reads is done with as well.
      if (isAnswer && message.id !== undefined) this.#settle(message.id);
    }
    if (this.#hasAnswered || !isAnswer) return;
    this.#hasAnswered = true;
    this.#streams.onFirstAnswer();
  }

  #settle(id: RequestId): void {
    this.#unanswered.delete(id);
    if (this.#unanswered.size === 0) this.#whenAnswered?.();
  }

  readonly #read = (chunk: Buffer): void => {
    for (const line of this.#lines.push(chunk)) {
      if (line === TOO_LONG)
        this.#refuse(ProtocolErrorCode.InvalidRequest, 'The line is too long.');
      else if (line.trim() !== '') this.#receiveLine(line);
    }
  };

  #receiveLine(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return this.#refuse(ProtocolErrorCode.ParseError, 'The line is no JSON.');
    }
    const isBatch = Array.isArray(value) && value.length > 0 && this.#revision === BATCH_REVISION;
    for (const item of isBatch ? (value as unknown[]) : [value]) this.#receive(item);
  }

  #receive(value: unknown): void {
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(withoutNullArguments(value));
    } catch {
      return this.#refuse(ProtocolErrorCode.InvalidRequest, 'No JSON-RPC message.', idOf(value));
    }
    if (isJSONRPCRequest(message)) this.#unanswered.add(message.id);
    this.onmessage?.(message);
    if (isJSONRPCNotification(message) && message.method === 'notifications/cancelled') {
      const { requestId } = (message.params ?? {}) as { requestId?: RequestId };
      if (requestId !== undefined) this.#settle(requestId);
    }
  }

  #refuse(code: number, message: string, id: RequestId | null = null): void {
    const refusal = JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
    this.#streams.write(`${refusal}\n`).catch((error: unknown) => {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    });
  }
}

/** `arguments: null` means none, though the schema of the protocol refuses it. */
function withoutNullArguments(value: unknown): unknown {
  const { params } = (value ?? {}) as { params?: { arguments?: unknown } | null };
  if (params?.arguments === null) delete params.arguments;
  return value;
}

/** The id of something that is no message, so that its sender can tell which one it was. */
function idOf(value: unknown): RequestId | null {
  const { id } = (value ?? {}) as { id?: unknown };
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
