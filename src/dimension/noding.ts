/** The cross-reference index: what source files are about, and which memories say it. */
import { AltError } from '../../events/index.js';
import { readSettings } from '../config.js';
import { listNodes, type StoredNode } from '../nodes/list.js';
import { rebuildNodes, type NodesRebuilt, type RebuildOptions } from '../nodes/rebuild.js';
import { Records } from './records.js';

/** How nodes are built anew. */
export interface NodeOptions extends Omit<RebuildOptions, 'llm'> {
  /**
   * Lets a language model write them. True for the one of the user's settings (`LLM_ENDPOINT`,
   * `LLM_MODEL`, `LLM_KEY`). The texts of the sources are sent to it; without this nothing ever is.
   */
  readonly llm?: RebuildOptions['llm'] | boolean;
}

export class Noding extends Records {
  /** The nodes of one source file, or of all. @throws {AltError} INVALID_ARGUMENT */
  async listNodes(sourceFile?: string): Promise<StoredNode[]> {
    return listNodes(this.session(), sourceFile);
  }

  /**
   * Builds the nodes of one source file anew, or of all. Where a model fails, the old ones stay.
   *
   * @throws {AltError} NOT_FOUND, INVALID_ARGUMENT
   */
  async rebuildNodes(sourceFile?: string, options: NodeOptions = {}): Promise<NodesRebuilt> {
    const { llm, ...rest } = options;
    const settings = typeof llm === 'object' ? llm : llm === true ? llmOf(this.path) : undefined;
    return rebuildNodes(this.session(), sourceFile, { ...rest, llm: settings });
  }
}

function llmOf(dimension: string): RebuildOptions['llm'] {
  const { llm } = readSettings({ dimension });
  if (llm) return llm;
  throw new AltError('INVALID_ARGUMENT', 'No language model is configured.', {
    hint: 'Set LLM_ENDPOINT and LLM_MODEL, or build the nodes without a model.',
  });
}
