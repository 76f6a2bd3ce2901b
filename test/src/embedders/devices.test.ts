/** Which device computes, with a runtime that only pretends to have them. */
import { describe, expect, it } from 'vitest';
import { resolveDevice, type Backend } from '../../../src/embedders/devices.js';
import { GEMMA } from '../../../src/embedders/gemma.js';
import type { OnnxRuntime, OrtModule } from '../../../src/embedders/onnx-runtime.js';
import { TransformerEmbedder } from '../../../src/embedders/transformer.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { writeTinyModel } from './tiny-model.js';

type Fault = 'cannot be created' | 'cannot run' | 'answers NaN';

interface FakeMachine {
  readonly backends?: readonly Backend[];
  /** What is wrong with a device. */
  readonly faults?: Readonly<Record<string, Fault>>;
}

const WINDOWS: readonly Backend[] = [
  { name: 'cpu', bundled: true },
  { name: 'webgpu', bundled: true },
  { name: 'dml', bundled: true },
];
const LINUX: readonly Backend[] = [
  { name: 'cpu', bundled: true },
  { name: 'cuda', bundled: false },
  { name: 'tensorrt', bundled: false },
];
const EVERYTHING = ['dml', 'coreml', 'cuda', 'cpu'].map((name) => ({ name, bundled: true }));

/** What the runtime was asked for, in order. */
interface Witness {
  readonly providers: string[][];
  released: number;
}

function fakeRuntime({ backends, faults = {} }: FakeMachine, witness: Witness): OrtModule {
  const create = (_: unknown, options: object): Promise<unknown> => {
    const { executionProviders } = options as { executionProviders: string[] };
    witness.providers.push(executionProviders);
    const fault = faults[executionProviders[0] ?? ''];
    if (fault === 'cannot be created') return Promise.reject(new Error('no driver'));
    const data = new Float32Array(768).fill(fault === 'answers NaN' ? NaN : 0.5);
    return Promise.resolve({
      inputNames: ['input_ids', 'attention_mask'],
      outputNames: ['last_hidden_state', 'sentence_embedding'],
      run: () =>
        fault === 'cannot run'
          ? Promise.reject(new Error('out of memory'))
          : Promise.resolve({ sentence_embedding: { data } }),
      release: () => Promise.resolve((witness.released += 1)),
    });
  };
  return {
    env: {},
    InferenceSession: { create },
    Tensor: class {},
    ...(backends && { listSupportedBackends: () => backends }),
  } as unknown as OrtModule;
}

function embedderOn(
  machine: FakeMachine,
  device?: string,
): { embedder: TransformerEmbedder; witness: Witness } {
  const { model, search } = writeTinyModel(temporaryFolder(), GEMMA);
  const witness: Witness = { providers: [], released: 0 };
  const ort = fakeRuntime(machine, witness);
  const embedder = new TransformerEmbedder(model, {
    name: 'embeddinggemma',
    runtimes: ['onnx', 'wasm'],
    device: resolveDevice(device ?? ''),
    models: search,
    importRuntime: (runtime: OnnxRuntime) => {
      return runtime === 'onnx' ? Promise.resolve(ort) : Promise.reject(new Error('not asked for'));
    },
  });
  return { embedder, witness };
}

describe('a device', () => {
  it.each([
    ['', 'auto'],
    [' CUDA ', 'cuda'],
    ['CoreML', 'coreml'],
    ['dml', 'dml'],
    ['cpu', 'cpu'],
  ])('%j means %s', (written, device) => {
    expect(resolveDevice(written)).toBe(device);
  });

  it.each(['gpu', 'webgpu', 'tensorrt', '__proto__'])('named %j is refused', (device) => {
    expect(() => resolveDevice(device)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message:
          `Unknown embedding device: '${device}'. ` +
          `Valid options: ['auto', 'cpu', 'cuda', 'coreml', 'dml'].`,
      }) as Error,
    );
  });
});

describe('the device auto', () => {
  it.each([
    ['no list of devices', undefined, [['cpu']], 'cpu'],
    ['CUDA without its libraries', LINUX, [['cpu']], 'cpu'],
    ['DirectML', WINDOWS, [['dml', 'cpu']], 'dml'],
    ['every device', EVERYTHING, [['cuda', 'cpu']], 'cuda'],
  ] as const)('on a machine with %s', async (_, backends, providers, device) => {
    const { embedder, witness } = embedderOn({ ...(backends && { backends }) });
    await embedder.load();
    expect(witness.providers).toEqual(providers);
    expect(embedder.describe()).toMatchObject({ device, deviceDescription: `onnx_${device}` });
    expect(embedder.describe().warnings).toBeUndefined();
  });

  it('goes on to the next device when one fails, without a warning', async () => {
    const { embedder, witness } = embedderOn({
      backends: EVERYTHING,
      faults: { cuda: 'cannot be created', coreml: 'cannot run' },
    });
    await embedder.load();
    expect(witness.providers.map(([provider]) => provider)).toEqual(['cuda', 'coreml', 'dml']);
    expect(embedder.describe()).toMatchObject({ device: 'dml' });
    expect(embedder.describe().warnings).toBeUndefined();
  });

  it.each(['cannot be created', 'cannot run', 'answers NaN'] as const)(
    'uses the processor and says so once when a device %s',
    async (fault) => {
      const { embedder, witness } = embedderOn({ backends: WINDOWS, faults: { dml: fault } });
      await embedder.load();
      await embedder.embedQuery('cat');
      await embedder.embedQuery('cat');
      expect(witness.providers).toEqual([['dml', 'cpu'], ['cpu']]);
      expect(witness.released).toBe(fault === 'cannot be created' ? 0 : 1);
      expect(embedder.describe()).toMatchObject({
        device: 'cpu',
        deviceDescription: 'onnx_cpu',
        warnings: ["embedding_device='auto': dml failed, using cpu"],
      });
    },
  );
});

describe('a device that was asked for', () => {
  it('is used where the build knows it, even with libraries from elsewhere', async () => {
    const { embedder, witness } = embedderOn({ backends: LINUX }, 'cuda');
    expect(embedder.describe()).toMatchObject({ state: 'lazy', device: 'cuda' });
    await embedder.load();
    expect(witness.providers).toEqual([['cuda', 'cpu']]);
    expect(embedder.describe()).toMatchObject({ device: 'cuda', deviceDescription: 'onnx_cuda' });
  });

  it.each([
    ['its libraries are missing', LINUX, { cuda: 'cannot be created' }],
    ['the build does not know it', WINDOWS, {}],
    ['the runtime lists no devices', undefined, {}],
  ] as const)('is the processor, with a warning, when %s', async (_, backends, faults) => {
    const { embedder, witness } = embedderOn({ ...(backends && { backends }), faults }, 'cuda');
    expect(await embedder.embedQuery('cat')).toHaveLength(384);
    expect(witness.providers.at(-1)).toEqual(['cpu']);
    expect(embedder.describe()).toMatchObject({
      device: 'cpu',
      warnings: ["embedding_device='cuda' requested but not available, using cpu"],
    });
  });

  it('is the processor without a warning when that was asked for', async () => {
    const { embedder, witness } = embedderOn({ backends: EVERYTHING }, 'cpu');
    await embedder.load();
    expect(witness.providers).toEqual([['cpu']]);
    expect(embedder.describe().warnings).toBeUndefined();
  });

  it('is no part of the space', () => {
    const spaces = ['auto', 'cpu', 'cuda'].map((device) => embedderOn({}, device).embedder.spaceId);
    expect(new Set(spaces).size).toBe(1);
  });
});

describe('a processor that fails', () => {
  it('fails the embedder with the reason', async () => {
    const { embedder } = embedderOn({ faults: { cpu: 'cannot be created' } });
    await expect(embedder.load()).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: expect.stringContaining('could not be opened: no driver') as string,
    });
  });
});
