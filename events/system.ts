/** The powers that everything below `src` is handed instead of reaching for them. */
export interface System {
  /** Wall clock, ms since 1970. */
  now(): number;
  randomBytes(size: number): Buffer;
  /** The operating system's id of this machine, hashed; empty where it has none. */
  hostId(): string;
}
