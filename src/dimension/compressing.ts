/** The compressed dialect: entries made of texts and memories, and expanded again. */
import type { CompressOptions } from '../aaak/compress.js';
import { aaakCompress, aaakExpand, type Expansion } from '../aaak/library.js';
import type {
  AaakSpec,
  DimensionDialect,
  ExpandingOptions,
  MemoriesOptions,
} from '../aaak/dimension-dialect.js';
import type { CompressedMemory } from '../aaak/memories.js';
import { aaakParseEntry, type ParsedEntry } from '../aaak/parse.js';
import { SPEC, SPEC_VERSION } from '../aaak/spec-text.js';
import { tellStory, type Story, type StoryMemory, type StoryOptions } from '../aaak/story.js';
import type * as changes from '../entity-changes.js';
import { Noding } from './noding.js';

/** Works without a dimension too: then codes are made up on the spot and nothing is looked up. */
export class Compressing extends Noding {
  /**
   * Compresses a text to an entry of AAAK.
   *
   * @param options the longest entry in code points (20–100,000; 500 when absent), or more
   * @throws {AltError} INVALID_ARGUMENT
   */
  async aaakCompress(text: string, options: number | CompressOptions = {}): Promise<string> {
    const given = typeof options === 'number' ? { maxLen: options } : options;
    return this.dialect?.compress(text, given) ?? aaakCompress(text, given);
  }

  /** The text behind an entry, to the letter where it is known; else what the entry says. */
  async aaakDecompress(text: string, options: ExpandingOptions = {}): Promise<string> {
    return (await this.aaakExpand(text, options)).text;
  }

  /** As {@link aaakDecompress}, with where the text comes from. */
  async aaakExpand(text: string, options: ExpandingOptions = {}): Promise<Expansion> {
    return this.dialect?.expand(text, options) ?? aaakExpand(text);
  }

  /** Takes an entry apart. Never fails: what is no AAAK is `valid: false`. */
  async aaakParse(text: string): Promise<ParsedEntry> {
    const codebook = await this.dialect?.codebook();
    return aaakParseEntry(text, { codebook });
  }

  /** The page of the dialect, with the codes in use here. */
  async getAaakSpec(): Promise<AaakSpec> {
    return this.dialect?.spec() ?? { spec: SPEC, version: SPEC_VERSION };
  }

  /**
   * Memories as entries, oldest first; their texts stay what they are.
   *
   * @throws {AltError} INVALID_ARGUMENT, DIMENSION_NOT_FOUND, DIMENSION_CLOSED
   */
  async aaakMemories(options: MemoriesOptions = {}): Promise<CompressedMemory[]> {
    return this.opened().dialect.memories(options);
  }

  /**
   * One memory as an entry.
   *
   * @throws {AltError} NOT_FOUND, INVALID_ARGUMENT, DIMENSION_NOT_FOUND, DIMENSION_CLOSED
   */
  async aaakMemory(id: string, options: CompressOptions = {}): Promise<string> {
    return this.opened().dialect.memory(id, options);
  }

  /** Tells memories, those that matter most first, as entries with one legend. */
  async aaakStory(memories: readonly StoryMemory[], options: StoryOptions = {}): Promise<Story> {
    return tellStory(memories, await this.opened().dialect.codebook(), options);
  }

  override async removeEntities(
    ids: readonly string[],
    options: changes.DeleteOptions = {},
  ): Promise<changes.Deleted> {
    return this.settled(super.removeEntities(ids, options));
  }

  /** After a change that may have deleted memories: their compressions are let go of at once. */
  protected async settled<Result>(change: Promise<Result>): Promise<Result> {
    const result = await change;
    await this.opened().dialect.settle();
    return result;
  }

  /** Undefined where there is no dimension to ask. */
  private get dialect(): DimensionDialect | undefined {
    return this.isClosed || !this.exists ? undefined : this.opened().dialect;
  }
}
