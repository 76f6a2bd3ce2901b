/** Builds cross-references anew, by rule or by a language model, one source at a time. */
import { AltError, isAltError } from '../../events/index.js';
import { nodeSources, sourceFiles, type Db } from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import type { AskOptions, LlmSettings } from '../llm/ask-json.js';
import { change, type Session } from '../session.js';
import { checkShape } from '../values.js';
import { nodesBuilt, nodesPurged, placed, rebuildEvents } from './changes.js';
import { generateNodeLines, type Generated } from './generate.js';
import { sourceGroups, type SourceGroup } from './sources.js';

export interface RebuildOptions extends AskOptions {
  /** Lets a language model write them: the texts of the sources are sent to its server. */
  readonly llm?: LlmSettings | undefined;
  readonly onSource?: ((done: number, total: number) => void) | undefined;
}

export interface NodesRebuilt {
  /** Source files that were looked at. */
  readonly sources: number;
  /** Of them, those that have other nodes now. */
  readonly rebuilt: number;
  /** Those whose nodes stay as they were because the model failed, and why. */
  readonly failed: readonly { readonly file: string; readonly error: string }[];
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/**
 * Builds the nodes of one source file anew, or of all.
 *
 * @throws {AltError} NOT_FOUND for a file that no memory names; INVALID_ARGUMENT for the settings
 *   of the model; the reason of the signal.
 */
export async function rebuildNodes(
  session: Session,
  sourceFile?: string,
  options: RebuildOptions = {},
): Promise<NodesRebuilt> {
  if (sourceFile !== undefined) checkShape(sourceFile, 'text', 'source_file');
  const files = await session.store.read((db) => filesOf(db, sourceFile));
  const batch = session.system.randomBytes(16);
  const failed: { file: string; error: string }[] = [];
  const tokens = { input: 0, output: 0 };
  let rebuilt = 0;
  for (const [index, file] of files.entries()) {
    options.signal?.throwIfAborted();
    try {
      const generated = await generate(session, file, options);
      for (const { tokens: used } of generated.values()) {
        tokens.input += used.input;
        tokens.output += used.output;
      }
      const changed = await change(session, {
        batch,
        decide(db) {
          const events = eventsOf(session, db, { file, generated, options });
          return { events, result: events.length > 0 };
        },
      });
      if (changed) rebuilt += 1;
    } catch (error) {
      if (!isAltError(error, 'UNAVAILABLE')) throw error;
      failed.push({ file, error: error.message });
    }
    options.onSource?.(index + 1, files.length);
  }
  const { input: input_tokens, output: output_tokens } = tokens;
  return { sources: files.length, rebuilt, failed, input_tokens, output_tokens };
}

function filesOf(db: Db, sourceFile: string | undefined): string[] {
  const known = new Set([...sourceFiles(db), ...nodeSources(db).map((row) => row.sourceFile)]);
  if (sourceFile === undefined) return [...known].sort();
  if (known.has(sourceFile)) return [sourceFile];
  throw new AltError('NOT_FOUND', `No memory names '${sourceFile}' as its source.`, {
    hint: 'Give the path as the memories have it in source_file.',
  });
}

interface GeneratedOf extends Generated {
  /** The parts that the model saw. */
  readonly seen: string;
}

/** What the model says of every group of a file, by stream; nothing without a model. */
async function generate(
  session: Session,
  sourceFile: string,
  { llm, ...options }: RebuildOptions,
): Promise<Map<string, GeneratedOf>> {
  const generated = new Map<string, GeneratedOf>();
  if (!llm) return generated;
  const groups = await session.store.read((db) => sourceGroups(session, { db, sourceFile }));
  for (const group of groups) {
    const source = placed(group);
    if (!source) continue;
    const lines = await generateNodeLines(llm, source, options);
    generated.set(group.stream, { ...lines, seen: nameOf(group) });
  }
  return generated;
}

const nameOf = ({ parts }: SourceGroup): string =>
  JSON.stringify(parts.map(({ id, content, realm }) => [id, content, realm]));

function eventsOf(
  session: Session,
  db: Db,
  by: {
    readonly file: string;
    readonly generated: ReadonlyMap<string, GeneratedOf>;
    readonly options: RebuildOptions;
  },
): NewEvent[] {
  const { file: sourceFile, generated } = by;
  const groups = sourceGroups(session, { db, sourceFile });
  const streams = new Set(groups.map(({ stream }) => stream));
  const gone = nodeSources(db, sourceFile).filter(({ stream }) => !streams.has(stream));
  const { llm } = by.options;
  const events = groups.flatMap((group): NewEvent[] => {
    const source = placed(group);
    if (!llm || !source) return rebuildEvents(db, group);
    const own = generated.get(group.stream);
    if (own?.seen !== nameOf(group)) throw changedMeanwhile(sourceFile);
    const { lines } = own;
    return [nodesBuilt(group.stream, source, { lines, generatedBy: `llm:${llm.model}` })];
  });
  return [...gone.map(nodesPurged), ...events];
}

function changedMeanwhile(file: string): AltError {
  return new AltError('UNAVAILABLE', `${file} changed while the model read it.`, {
    hint: 'Run it again.',
  });
}
