/** A client for JSON-RPC over stdio that adds as little as possible to what it measures. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class StdioClient {
  #child;
  #waiting = new Map();
  #next = 1;
  #stderr = '';

  constructor(args, env = {}) {
    const stdio = ['pipe', 'pipe', 'pipe'];
    this.#child = spawn(process.execPath, args, { stdio, env: { ...process.env, ...env } });
    this.#child.stderr.on('data', (chunk) => (this.#stderr += chunk));
    this.#child.on('exit', () => this.#failAll());
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#answer(line));
  }

  #answer(line) {
    const message = JSON.parse(line);
    this.#waiting.get(message.id)?.resolve(message);
    this.#waiting.delete(message.id);
  }

  #failAll() {
    for (const { reject } of this.#waiting.values()) reject(new Error(`It ended: ${this.#stderr}`));
  }

  /** @returns the result; throws for an error of the protocol or the tool. */
  async request(method, params = {}) {
    const id = this.#next;
    this.#next += 1;
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    const { result, error } = await answered;
    if (error || result?.isError) throw new Error(JSON.stringify(error ?? result.content));
    return result;
  }

  notify(method) {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method })}\n`);
  }

  async initialize() {
    const clientInfo = { name: 'bench', version: '1' };
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
    await this.request('initialize', params);
    this.notify('notifications/initialized');
  }

  call(name, args) {
    return this.request('tools/call', { name, arguments: args });
  }

  /** Resolves when the process is gone. */
  async close() {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin.end();
    await gone;
  }
}
