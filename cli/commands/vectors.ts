/** `embedder` and `backend`: what makes the vectors of a dimension, and what searches them. */
import { examples } from '../options.js';
import { Progress } from '../progress.js';
import type { Run, Shell } from '../shell.js';

export function addVectorCommands(shell: Shell): void {
  addEmbedder(shell);
  addBackend(shell);
}

interface SwitchFlags {
  readonly device?: string;
  readonly reindex: boolean;
  readonly default?: boolean;
}

function addEmbedder(shell: Shell): void {
  const command = shell.program
    .command('embedder')
    .description('Show the embedder, or choose another; the old one answers until it is ready')
    .argument('[name]', 'sentence, numpy_bert, minilm, bert, spacy, numpy, multilingual, auto …')
    .option('--device <device>', 'auto, cpu, cuda, coreml or dml, on this machine')
    .option('--no-reindex', 'choose it now, embed later')
    .option('--default', 'of new dimensions; this one stays as it is')
    .action(
      shell.action({ thread: 'worker' }, async (run, name: string | undefined, flags) => {
        const options = flags as unknown as SwitchFlags;
        if (options.default === true) return await defaultEmbedder(run, name);
        if (name === undefined) return await showEmbedder(run);
        return await chooseEmbedder(run, name, options);
      }),
    );
  examples(command, ['alt embedder', 'alt embedder multilingual', 'alt embedder numpy --default']);
}

async function showEmbedder({ dimension, output }: Run): Promise<void> {
  const { embedder, embedder_requested: requested, ...status } = await dimension.status();
  const { embedder_state: state, stale, vectors, pending } = status;
  const result = { embedder, requested, state, stale, vectors, pending };
  output.result(result, () => {
    const chosen = requested === embedder ? '' : `, chosen: ${requested}`;
    const behind = stale > 0 ? `, ${String(stale)} passages to embed before it takes over` : '';
    return `Embedder: ${embedder} (${state}${chosen}${behind})`;
  });
}

async function defaultEmbedder(run: Run, name: string | undefined): Promise<void> {
  const { get_default_embedder: get, set_default_embedder: set } = run.library.OPERATIONS;
  const chosen =
    name === undefined
      ? await get.run(run.dimension, {})
      : await set.run(run.dimension, { model: name });
  run.output.result(chosen, () => {
    const { default_embedder: model, source, effective = model } = chosen as Record<string, string>;
    const other = effective === model ? '' : `, but ${effective} holds`;
    return `Default embedder: ${String(model)} (${String(source)}${other})`;
  });
}

async function chooseEmbedder(run: Run, name: string, flags: SwitchFlags): Promise<void> {
  const { dimension, output, signal } = run;
  const { device, reindex } = flags;
  const progress = new Progress(output, 'Passages embedded');
  try {
    const onProgress = progress.update;
    const done = await dimension.setEmbedder(name, { device, reindex, signal, onProgress });
    progress.end();
    output.result(done, () => {
      if (done.note !== undefined) return `Embedder: ${done.model} (${done.note})`;
      const behind = reindex ? '' : ', embedding follows with the next searches';
      const count = `${String(done.reindexed)} vectors`;
      return `Embedder: ${done.previous} -> ${done.model} (${count}${behind})`;
    });
    if (done.fallback_reason !== undefined) output.warn(done.fallback_reason);
  } finally {
    progress.end();
  }
}

function addBackend(shell: Shell): void {
  const command = shell.program
    .command('backend')
    .description('Show what searches the vectors on this machine, or choose another')
    .argument('[name]', 'hnsw or chroma')
    .option('--no-reindex', 'choose it now, fill it later')
    .action(
      shell.action({ thread: 'worker' }, async (run, name: string | undefined, flags) => {
        const { dimension, output, signal } = run;
        if (name === undefined) {
          const state = await dimension.getBackend();
          output.result(
            state,
            () => `Backend: ${state.backend} (${String(state.vectors)} vectors)`,
          );
          if (state.degraded !== undefined) output.warn(state.degraded);
          return;
        }
        const { reindex } = flags as unknown as SwitchFlags;
        const progress = new Progress(output, 'Vectors sent');
        try {
          const onProgress = progress.update;
          const done = await dimension.setBackend(name, { reindex, signal, onProgress });
          progress.end();
          output.result(done, () => {
            if (done.note !== undefined) return `Backend: ${done.backend} (${done.note})`;
            const count = String(done.reindexed);
            return `Backend: ${done.previous_backend} -> ${done.backend} (${count} vectors)`;
          });
          if (!reindex) output.note('It is filled with the next searches.');
        } finally {
          progress.end();
        }
      }),
    );
  examples(command, ['alt backend', 'alt backend chroma', 'alt backend hnsw --json']);
}
