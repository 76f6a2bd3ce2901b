/**
 * The one error class of the product and the one table of its codes.
 *
 * A code is public: scripts branch on it, MCP returns it in lower case, the CLI maps it to an exit
 * code. Codes are added, never renamed or reused.
 */

/** Every error code with the exit code of the command line (spec/cli.md 1.3) and its meaning. */
export const ERROR_CODES = {
  INVALID_ARGUMENT: { exit: 2, means: 'A value is missing, mistyped or outside its range.' },
  TOO_LARGE: { exit: 2, means: 'A value is larger than its documented limit.' },
  NOT_FOUND: { exit: 3, means: 'The named memory, fact, realm or file does not exist.' },
  ALREADY_EXISTS: { exit: 1, means: 'The id is in use for something else.' },
  CONFLICT: { exit: 1, means: 'Later changes build on what is to be changed; force does it.' },
  PATH_DENIED: { exit: 1, means: 'The path lies outside what this process may read.' },
  DIMENSION_NOT_FOUND: { exit: 3, means: 'There is no dimension at that path.' },
  DIMENSION_DAMAGED: { exit: 5, means: 'dimension.json is missing or unreadable beside a log.' },
  DIMENSION_CLOSED: { exit: 1, means: 'The dimension was closed.' },
  OTHER_DIMENSION: { exit: 1, means: 'What is there belongs to another dimension.' },
  MIGRATION_REQUIRED: { exit: 5, means: 'The folder holds a dimension of another product.' },
  UPGRADE_REQUIRED: { exit: 5, means: 'A newer release wrote this; this one must not touch it.' },
  LOG_DAMAGED: { exit: 5, means: 'Bytes of the log are missing or altered.' },
  VIEWS_DAMAGED: { exit: 5, means: 'The views are unreadable and could not be folded again.' },
  CACHE_DAMAGED: { exit: 5, means: 'The embedding cache is unreadable; it is made anew.' },
  CONFIG_DAMAGED: { exit: 1, means: 'config.json cannot be read; it is left as it is.' },
  BUSY: { exit: 4, means: 'Another live process holds the lock.' },
  DISK_FULL: { exit: 1, means: 'No room was left; nothing was kept of the refused write.' },
  READ_ONLY: { exit: 1, means: 'The dimension or its folder may not be written.' },
  IO_FAILED: { exit: 1, means: 'The operating system refused a read or a write.' },
  UNAVAILABLE: { exit: 1, means: 'A model, package or server that was asked for is missing.' },
  EMBEDDING_FAILED: { exit: 1, means: 'The embedder answered with something unusable.' },
  CANCELLED: { exit: 130, means: 'The caller stopped the work; what was done stays.' },
  INTERNAL: { exit: 1, means: 'A bug. Nothing of the failed call was kept.' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What an {@link AltError} carries besides its code and message. */
export interface AltErrorOptions {
  /** The next thing to do, as a command where there is one. */
  readonly hint?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Machine-readable particulars: the index of a bad item, a segment and an offset. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An expected failure. Bugs are assertions, never this. */
export class AltError extends Error {
  override readonly name = 'AltError';
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AltErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
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

const SYSTEM_HINTS: Partial<Record<ErrorCode, string>> = {
  DISK_FULL: 'Free some space and run the command again; nothing was lost.',
  READ_ONLY: 'Check the permissions of the dimension folder.',
  IO_FAILED: 'Check the disk and the dimension folder, then run the command again.',
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
  const hint = SYSTEM_HINTS[code];
  return new AltError(
    code,
    `${work} failed: ${reason}.`,
    hint ? { cause: error, hint } : { cause: error },
  );
}
