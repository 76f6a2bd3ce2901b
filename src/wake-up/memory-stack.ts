/** `dimension.memory`: the layers of an agent's memory, and those of the dimension. */
import type { Codebook } from '../aaak/codebook.js';
import { deleteEntities } from '../entity-changes.js';
import { checkAgent } from '../records/record.js';
import type { Searcher } from '../search/searcher.js';
import type { Session } from '../session.js';
import { checkText } from '../values.js';
import {
  checkLayer,
  entriesOf,
  IDENTITY_LAYER,
  readLayers,
  writeLayer,
  type LayerEntry,
  type LayerOptions,
  type LayersRead,
  type LayersWanted,
  type LayerWritten,
} from './layer-entries.js';
import { newsSince, type News, type NewsOptions } from './news.js';
import { deepSearch, recall, type Deep, type DeepOptions } from './recall.js';
import type { Recalled, RecallOptions } from './recall.js';
import { summarize, type Summarized } from './summarize.js';
import {
  layerStatus,
  wakeUp,
  type LayerStatus,
  type WakeUp,
  type WakeUpOptions,
} from './wake-up.js';

const FACT_CHARACTERS_MAX = 1_000;
const ALL_LAYERS_LAST_N = 5;
/** Entries of a layer that are taken away in one step. */
const CLEAR_BATCH = 500;

export class MemoryStack {
  readonly #session: () => Session;
  readonly #searcher: () => Searcher;
  readonly #codebook: () => Promise<Codebook>;

  constructor(of: {
    readonly session: () => Session;
    readonly searcher: () => Searcher;
    readonly codebook: () => Promise<Codebook>;
  }) {
    this.#session = of.session;
    this.#searcher = of.searcher;
    this.#codebook = of.codebook;
  }

  /** Files an entry in layer 0 (identity), 1 (essential), 2 (working) or 3 (archive). */
  async write(
    agent: string,
    entry: LayerOptions & { readonly layer: number; readonly content: string },
  ): Promise<LayerWritten> {
    const { layer, content, ...options } = entry;
    return writeLayer(this.#session(), { agent, layer, content }, options);
  }

  /** Entries of one layer, newest first. */
  async read(agent: string, layer: number, lastN?: number): Promise<LayerEntry[]> {
    const { layers } = await readLayers(this.#session(), agent, {
      layer: checkLayer(layer),
      lastN,
    });
    return layers[layer] ?? [];
  }

  /** The newest entries of one layer, or of each, by layer. */
  async readLayers(agent: string, options: LayersWanted = {}): Promise<LayersRead> {
    return readLayers(this.#session(), agent, options);
  }

  /** The newest entries of every layer. @param lastN of each; 5 when absent */
  async readAll(agent: string, lastN = ALL_LAYERS_LAST_N): Promise<LayersRead> {
    return readLayers(this.#session(), agent, { lastN });
  }

  /** Takes every entry of a layer out of sight. @returns how many there were. */
  async clearLayer(agent: string, layer: number): Promise<number> {
    const session = this.#session();
    const of = { agent: checkAgent(agent).key, layer: checkLayer(layer) };
    let cleared = 0;
    for (;;) {
      const entries = await session.store.read((db) => entriesOf(db, of, CLEAR_BATCH));
      if (entries.length === 0) return cleared;
      const { deleted } = await deleteEntities(
        session,
        entries.map(({ id }) => id),
      );
      cleared += deleted;
    }
  }

  /** The newest entry of the identity layer. */
  async latestIdentity(agent: string): Promise<LayerEntry | undefined> {
    const [latest] = await this.read(agent, IDENTITY_LAYER, 1);
    return latest;
  }

  /** Files what is known of the agent as `key: value` lines. @throws {AltError} TOO_LARGE */
  async updateIdentity(
    agent: string,
    facts: Readonly<Record<string, string>>,
  ): Promise<LayerWritten> {
    const lines = Object.entries(facts).map(([key, value]) => {
      return checkText(`${key}: ${value}`, 'A fact', FACT_CHARACTERS_MAX);
    });
    const metadata = { facts: { ...facts } };
    const content = lines.join('\n');
    return this.write(agent, { layer: IDENTITY_LAYER, content, topic: 'identity', metadata });
  }

  /** Condenses the archive into one essential entry, the essentials into one identity entry. */
  async summarize(agent: string): Promise<Summarized> {
    return summarize(this.#session(), agent);
  }

  /** L0 and L1 of the dimension. */
  async wakeUp(options: WakeUpOptions = {}): Promise<WakeUp> {
    const codebook = options.aaak === true ? await this.#codebook() : undefined;
    return wakeUp(this.#session(), options, codebook);
  }

  /** What is new or changed since an earlier wake-up, by its cursor. */
  async news(since: string, options: NewsOptions = {}): Promise<News> {
    return newsSince(this.#session(), since, options);
  }

  /** L2: the newest memories of a realm or domain. */
  async recall(options: RecallOptions = {}): Promise<Recalled> {
    return recall(this.#session(), options);
  }

  /** L3: what a hybrid search finds. */
  async deepSearch(query: string, options: DeepOptions = {}): Promise<Deep> {
    return deepSearch(this.#searcher(), query, options);
  }

  async status(): Promise<LayerStatus> {
    return layerStatus(this.#session());
  }
}
