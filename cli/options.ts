/** Options that several commands share, and how their values are read. */
import { InvalidArgumentError, Option, type Command } from 'commander';

/** A reader of whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    const bounds = `${String(min)} to ${max.toLocaleString('en-US')}`;
    throw new InvalidArgumentError(`It must be a whole number from ${bounds}.`);
  };
}

/** A reader of numbers from 0 to 1. */
export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}

/** A reader of JSON objects. */
export function jsonObject(text: string): Record<string, unknown> {
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InvalidArgumentError('It must be a JSON object, such as \'{"topic": "cars"}\'.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no object either; the caller says so.
    return undefined;
  }
}

export const realmFilter = (): Option => new Option('-w, --realm <name>', 'only this realm');
export const domainFilter = (): Option => new Option('-r, --domain <name>', 'only this domain');
/** Read by the shell, which opens the dimension as it was then. */
export const knownAt = (): Option =>
  new Option('--known-at <point>', 'as it was known then: a time, an event or cursor of "alt log"');
export const yes = (): Option => new Option('-y, --yes', 'ask nothing');

export interface PlaceFlags {
  readonly realm?: string;
  readonly domain?: string;
}

export interface YesFlag {
  readonly yes?: boolean;
}

/** Examples at the end of a command's help. */
export function examples(command: Command, lines: readonly string[]): void {
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
