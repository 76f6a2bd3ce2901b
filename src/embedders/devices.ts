/**
 * Which device of the native runtime computes: what may be asked for, and what is tried.
 *
 * A device is this machine's own affair. Its numbers differ from the processor's by rounding only,
 * so it is no part of the space.
 */
import { AltError } from '../../events/index.js';
import type { Device, Runtime } from './embedder.js';

/** What people may ask for, `auto` first. */
export const DEVICE_CHOICES = ['auto', 'cpu', 'cuda', 'coreml', 'dml'] as const;

/** What people may ask for. */
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

/** A device that may be there or not. */
type Accelerator = 'cuda' | 'coreml' | 'dml';

/** The order in which `auto` tries them. */
const ACCELERATORS: readonly Accelerator[] = ['cuda', 'coreml', 'dml'];

/** What onnxruntime-node says of a device that its build knows. */
export interface Backend {
  readonly name: string;
  /** Whether the package carries the device's libraries. */
  readonly bundled: boolean;
}

/**
 * The device someone meant: trimmed, in any case; blank is `auto`.
 * Throws INVALID_ARGUMENT listing the valid ones.
 */
export function resolveDevice(device: string): DeviceChoice {
  const wanted = device.trim().toLowerCase() || 'auto';
  const choice = DEVICE_CHOICES.find((candidate) => candidate === wanted);
  if (choice !== undefined) return choice;
  const valid = DEVICE_CHOICES.map((option) => `'${option}'`).join(', ');
  throw new AltError(
    'INVALID_ARGUMENT',
    `Unknown embedding device: '${device}'. Valid options: [${valid}].`,
  );
}

/**
 * The accelerators to try before the processor. `auto` tries none whose libraries the package
 * lacks. An explicit one is tried wherever the build knows it: the runtime passes over an unknown
 * one in silence.
 */
export function acceleratorsFor(
  choice: DeviceChoice,
  backends: readonly Backend[],
): readonly Accelerator[] {
  return ACCELERATORS.filter((accelerator) => {
    const backend = backends.find(({ name }) => name === accelerator);
    if (backend === undefined) return false;
    return choice === 'auto' ? backend.bundled : choice === accelerator;
  });
}

/** What is said once when an accelerator was wanted and the processor is used. */
export function fallbackWarning(choice: DeviceChoice, failed: readonly string[]): string {
  if (choice !== 'auto') {
    return `embedding_device='${choice}' requested but not available, using cpu`;
  }
  return `embedding_device='auto': ${failed.join(' and ')} failed, using cpu`;
}

/** Runtime and device in one word. */
export function describeDevice(runtime: Exclude<Runtime, 'none'>, device: Device): string {
  return runtime === 'wasm' ? 'wasm' : `onnx_${device}`;
}
