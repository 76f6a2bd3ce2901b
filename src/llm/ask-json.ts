/**
 * Asks a language model for a JSON object, over the protocol that most servers speak: a POST to
 * `<endpoint>/chat/completions`. Only what the caller gives is sent, and only where the user said.
 */
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { AltError } from '../../events/index.js';

/** Where a language model answers. */
export interface LlmSettings {
  /** http or https, up to and with the version: `https://api.openai.com/v1`. */
  readonly endpoint: string;
  readonly model: string;
  readonly key?: string | undefined;
}

export interface Question<Schema extends z.ZodType> {
  readonly instructions: string;
  readonly content: string;
  readonly maxOutputTokens: number;
  /** What the answer must look like. */
  readonly schema: Schema;
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of one try; 60,000 when absent. */
  readonly timeoutMs?: number | undefined;
  /** Before the second and the third try; 1,000 and 2,000 when absent. */
  readonly pausesMs?: readonly number[] | undefined;
}

/** Sums over all tries. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
}

const TIMEOUT_MS = 60_000;
const PAUSES_MS: readonly number[] = [1_000, 2_000];
const SHOWN_CHARACTERS_MAX = 500;
/** The answers of a busy server, which the next try may not get. */
const BUSY_STATUSES: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const PATH = '/chat/completions';

const Completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
  usage: z
    .object({ prompt_tokens: z.number(), completion_tokens: z.number() })
    .catch({ prompt_tokens: 0, completion_tokens: 0 }),
});

/** Why a try failed, as the end of a sentence, and whether the next one may go better. */
class TryFailed extends Error {
  constructor(
    reason: string,
    readonly isFinal = false,
  ) {
    super(reason);
  }
}

/**
 * The address that is asked.
 *
 * @throws {AltError} INVALID_ARGUMENT for an endpoint that is no http(s) address
 */
function addressOf({ endpoint }: LlmSettings): string {
  if (!/^https?:\/\//i.test(endpoint) || !URL.canParse(endpoint)) {
    throw new AltError('INVALID_ARGUMENT', 'The endpoint of the language model is no address.', {
      hint: 'Set LLM_ENDPOINT to an http or https address, such as http://127.0.0.1:11434/v1.',
    });
  }
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith(PATH) ? base : base + PATH;
}

/**
 * The answer of the model, checked, in at most three tries.
 *
 * @throws {AltError} INVALID_ARGUMENT for the settings, UNAVAILABLE with the reason of the last
 *   try; the reason of the signal.
 */
export async function askJson<Schema extends z.ZodType>(
  settings: LlmSettings,
  question: Question<Schema>,
  options: AskOptions = {},
): Promise<{ readonly answer: z.infer<Schema>; readonly tokens: Tokens }> {
  const address = addressOf(settings);
  const { signal, pausesMs: pauses = PAUSES_MS } = options;
  const used = { input: 0, output: 0 };
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { choices, usage } = await complete(address, settings, { question, options });
      used.input += usage.prompt_tokens;
      used.output += usage.completion_tokens;
      const text = choices[0]?.message.content ?? '';
      return { answer: readAnswer(text, question.schema), tokens: used };
    } catch (error) {
      signal?.throwIfAborted();
      const wait = pauses[attempt];
      if (!canTryAgain(error) || wait === undefined) throw failed(settings, error);
      await pause(wait, undefined, { signal });
    }
  }
}

const canTryAgain = (error: unknown): boolean => error instanceof TryFailed && !error.isFinal;

async function complete(
  address: string,
  { model, key }: LlmSettings,
  asked: { readonly question: Question<z.ZodType>; readonly options: AskOptions },
): Promise<z.infer<typeof Completion>> {
  const { instructions, content, maxOutputTokens } = asked.question;
  const { signal, timeoutMs = TIMEOUT_MS } = asked.options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const messages = [
    { role: 'system', content: instructions },
    { role: 'user', content },
  ];
  const body = await answered(async () => {
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ model, messages, max_tokens: maxOutputTokens }),
      // What was meant for one server must not go to another.
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const text = await response.text();
    if (response.ok) return text;
    const status = String(response.status);
    const isBusy = BUSY_STATUSES.includes(response.status);
    throw new TryFailed(`the server answered ${status}: ${shown(text, key)}`, !isBusy);
  });
  return readAnswer(body, Completion);
}

async function answered(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TryFailed) throw error;
    const { name, message, cause } = error as Error & { cause?: { readonly message?: string } };
    const reason = name === 'TimeoutError' ? 'it did not answer in time' : message;
    throw new TryFailed(cause?.message === undefined ? reason : `${reason} (${cause.message})`);
  }
}

const shown = (text: string, key: string | undefined): string => {
  const safe = key === undefined ? text : text.replaceAll(key, '***');
  return safe.slice(0, SHOWN_CHARACTERS_MAX).toWellFormed().trim();
};

/** The first JSON object in a text, which models like to wrap in words and fences. */
function readAnswer<Schema extends z.ZodType>(text: string, schema: Schema): z.infer<Schema> {
  const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  try {
    return schema.parse(JSON.parse(json));
  } catch {
    throw new TryFailed('its answer is not the JSON that was asked for');
  }
}

function failed({ model }: LlmSettings, error: unknown): unknown {
  if (!(error instanceof TryFailed)) return error;
  return new AltError('UNAVAILABLE', `The language model ${model} failed: ${error.message}.`, {
    cause: error,
    hint: 'Check LLM_ENDPOINT, LLM_MODEL and LLM_KEY, or go without the model.',
  });
}
