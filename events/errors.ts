/**
 * The one error class of the product and the one table of its codes.
 *
 * A code is public: scripts branch on it, MCP returns it in lower case, the CLI maps it to an exit
 * code. Codes are added, never renamed or reused.
 */

/**
 * Every error code with the exit code of the command line (spec/cli.md 1.3), its meaning, and what
 * to do next where the error itself does not say it.
 */
export const ERROR_CODES = {
  INVALID_ARGUMENT: {
    exit: 2,
    means: 'A value is missing, mistyped or outside its range.',
    hint: 'Correct the value; "alt help COMMAND" shows what a command takes.',
  },
  TOO_LARGE: {
    exit: 2,
    means: 'A value is larger than its documented limit.',
    hint: 'Give less at a time, or divide it.',
  },
  NOT_FOUND: {
    exit: 3,
    means: 'The named memory, fact, realm or file does not exist.',
    hint: 'Look for it with "alt list" or "alt search"; what was deleted is in "alt log".',
  },
  ALREADY_EXISTS: {
    exit: 1,
    means: 'The id is in use for something else.',
    hint: 'Choose another id or name, or change what is there.',
  },
  CONFLICT: {
    exit: 1,
    means: 'Later changes build on what is to be changed; force does it.',
    hint: 'See what it would reach with --dry-run, then decide.',
  },
  PATH_DENIED: {
    exit: 1,
    means: 'The path lies outside what this process may read.',
    hint: 'Name a path inside the folders that may be read.',
  },
  DIMENSION_NOT_FOUND: {
    exit: 3,
    means: 'There is no dimension at that path.',
    hint: 'Create one with "alt init", or name another with --dimension.',
  },
  DIMENSION_DAMAGED: {
    exit: 5,
    means: 'dimension.json is missing or unreadable beside a log.',
    hint: 'Run "alt repair", or put back dimension.json from a copy.',
  },
  DIMENSION_CLOSED: { exit: 1, means: 'The dimension was closed.', hint: 'Open it again.' },
  OTHER_DIMENSION: {
    exit: 1,
    means: 'What is there belongs to another dimension.',
    hint: 'Name the place that belongs to this dimension.',
  },
  MIGRATION_REQUIRED: {
    exit: 5,
    means: 'The folder holds a dimension of another product.',
    hint: 'Name another folder for the dimension.',
  },
  UPGRADE_REQUIRED: {
    exit: 5,
    means: 'A newer release wrote this; this one must not touch it.',
    hint: 'Install the newest release.',
  },
  LOG_DAMAGED: {
    exit: 5,
    means: 'Bytes of the log are missing or altered.',
    hint: 'Run "alt verify" for the whole picture, then "alt repair".',
  },
  VIEWS_DAMAGED: {
    exit: 5,
    means: 'The views are unreadable and could not be folded again.',
    hint: 'Run "alt repair": the log has everything.',
  },
  CACHE_DAMAGED: {
    exit: 5,
    means: 'The embedding cache is unreadable; it is made anew.',
    hint: 'Run the command again.',
  },
  CONFIG_DAMAGED: {
    exit: 1,
    means: 'config.json cannot be read; it is left as it is.',
    hint: 'Mend the file or move it away, then run the command again.',
  },
  BUSY: {
    exit: 4,
    means: 'Another live process holds the lock.',
    hint: 'Run the command again when the other process has finished.',
  },
  DISK_FULL: {
    exit: 1,
    means: 'No room was left; nothing was kept of the refused write.',
    hint: 'Free some space and run the command again; nothing was lost.',
  },
  READ_ONLY: {
    exit: 1,
    means: 'The dimension or its folder may not be written.',
    hint: 'Check the permissions of the dimension folder.',
  },
  IO_FAILED: {
    exit: 1,
    means: 'The operating system refused a read or a write.',
    hint: 'Check the disk and the dimension folder, then run the command again.',
  },
  UNAVAILABLE: {
    exit: 1,
    means: 'A model, package or server that was asked for is missing.',
    hint: 'See "alt models list" and "alt embedder" for what is here.',
  },
  EMBEDDING_FAILED: {
    exit: 1,
    means: 'The embedder answered with something unusable.',
    hint: 'Run "alt models verify", or choose another embedder.',
  },
  CANCELLED: {
    exit: 130,
    means: 'The caller stopped the work; what was done stays.',
    hint: 'Run the command again to go on.',
  },
  INTERNAL: {
    exit: 1,
    means: 'A bug. Nothing of the failed call was kept.',
    hint: 'Run it again with --debug to see where, and report it.',
  },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What an {@link AltError} carries besides its code and message. */
export interface AltErrorOptions {
  /** The next thing to do, as a command where there is one; that of the code when absent. */
  readonly hint?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Machine-readable particulars: the index of a bad item, a segment and an offset. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An expected failure. Bugs are assertions, never this. */
export class AltError extends Error {
  override readonly name = 'AltError';
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AltErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint ?? ERROR_CODES[code].hint;
    this.details = options.details;
  }
}

/** True for an {@link AltError}, of any copy of this package, with the code if one is named. */
export function isAltError(error: unknown, code?: ErrorCode): error is AltError {
  return (
    error instanceof Error &&
    error.name === 'AltError' &&
    (code === undefined || (error as AltError).code === code)
  );
}

const SYSTEM_CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  SQLITE_FULL: 'DISK_FULL',
  EACCES: 'READ_ONLY',
  EPERM: 'READ_ONLY',
  EROFS: 'READ_ONLY',
  SQLITE_READONLY: 'READ_ONLY',
  SQLITE_CANTOPEN: 'IO_FAILED',
};

/** How the operating system and SQLite name their failures; Node's own start with ERR_. */
const SYSTEM_CODE = /^(E(?!RR_)[A-Z0-9]+$|SQLITE_(FULL|READONLY|CANTOPEN|IOERR))/;

/** An {@link AltError} for a failure of the operating system or SQLite; anything else as it is. */
export function explained(error: unknown, work: string): unknown {
  const { code } = (error ?? {}) as { code?: unknown };
  const isSystemFailure = typeof code === 'string' && SYSTEM_CODE.test(code);
  return isSystemFailure ? systemError(error, work) : error;
}

/** SQLite's codes have more words where it knows more: SQLITE_READONLY_CANTINIT. */
function codeOf(systemCode: string): ErrorCode | undefined {
  return SYSTEM_CODES[systemCode.split('_').slice(0, 2).join('_')];
}

/** An error of the operating system or of SQLite as an {@link AltError} that names the work. */
export function systemError(error: unknown, work: string): AltError {
  if (isAltError(error)) return error;
  const systemCode = (error as { code?: unknown }).code;
  const code = (typeof systemCode === 'string' && codeOf(systemCode)) || 'IO_FAILED';
  const reason = error instanceof Error ? error.message : String(error);
  return new AltError(code, `${work} failed: ${reason}.`, { cause: error });
}
