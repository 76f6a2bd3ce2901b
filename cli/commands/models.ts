/** `models`: the models on this machine, fetching one, checking them. Needs no dimension. */
import type { Command } from 'commander';
import type { ModelInfo } from '../../src/index.js';
import { confirm } from '../input.js';
import { examples, yes, type YesFlag } from '../options.js';
import { Progress } from '../progress.js';
import type { PlainRun, Shell } from '../shell.js';

const HEALTH_PROBLEM = 5;
const BYTES_PER_MB = 1_000_000;

const ORIGINS = {
  bundled: 'bundled',
  folder: 'installed',
  'hub-cache': 'in the cache of the hub',
  package: 'installed as a package',
};

export function addModelCommands(shell: Shell): void {
  const models = shell.program
    .command('models')
    .description('List the models, download one, check their files');
  addList(models, shell);
  addDownload(models, shell);
  addVerify(models, shell);
  addPath(models, shell);
  addAccept(models, shell);
  examples(models, ['alt models', 'alt models download minilm@fp32', 'alt models verify']);
}

const megabytes = (bytes: number): string => `${String(Math.ceil(bytes / BYTES_PER_MB))} MB`;

function addList(models: Command, shell: Shell): void {
  const command = models
    .command('list', { isDefault: true })
    .description('List the models that are known and where they are')
    .action(
      shell.plain(({ library, settings, output }) => {
        const rows = library.listModels(settings.models);
        output.list({ models: rows }, rows, () => rows.map(modelLine).join('\n'));
      }),
    );
  examples(command, ['alt models list', 'alt models list --json']);
}

function modelLine({ name, title, size_bytes: bytes, origin, folder, terms }: ModelInfo): string {
  const where = origin === null ? 'not on this machine' : `${ORIGINS[origin]}: ${folder ?? ''}`;
  const lines = [`  ${name.padEnd(16)} ${megabytes(bytes).padStart(7)}  ${title}`, where];
  return (terms === null ? lines : [...lines, `terms: ${terms}`]).join(`\n${' '.repeat(28)}`);
}

function addDownload(models: Command, shell: Shell): void {
  const command = models
    .command('download')
    .description('Fetch the published files of a model; goes on where it was cut')
    .argument('<name>', 'as "alt models" lists it')
    .addOption(yes())
    .action(shell.plain((run, name: string, flags: YesFlag) => download(run, name, flags)));
  examples(command, ['alt models download minilm@fp32', 'alt models download gemma --yes']);
}

async function download(run: PlainRun, wanted: string, flags: YesFlag): Promise<number> {
  const { library, settings, output, signal } = run;
  const progress = new Progress(output, 'Downloading MB');
  const result = await library
    .downloadModel(wanted, {
      settings: settings.models,
      signal,
      confirm: ({ name, license, sizeBytes, from, to }) => {
        const what = `${name} (${megabytes(sizeBytes)}, ${license})`;
        const question = `Download ${what} from ${from} to ${to}?`;
        return confirm({ question, yes: flags.yes, signal });
      },
      onProgress: (done, total) => {
        progress.update(Math.floor(done / BYTES_PER_MB), Math.ceil(total / BYTES_PER_MB));
      },
      onWait: () => {
        output.note('Another process is downloading; waiting for it.');
      },
    })
    .finally(() => {
      progress.end();
    });
  if (result === undefined) {
    output.note('Aborted.');
    return 1;
  }
  output.result(result, () => {
    const { name, folder, fetched } = result;
    if (fetched.length === 0) return `${name} is complete at ${folder}`;
    return `Downloaded ${name} to ${folder}`;
  });
  return 0;
}

function addVerify(models: Command, shell: Shell): void {
  const command = models
    .command('verify')
    .description('Compare the files of a model, or of all that are here, with their checksums')
    .argument('[name]', 'as "alt models" lists it')
    .action(
      shell.plain(async ({ library, settings, output, signal }, name: string | undefined) => {
        const rows = await library.verifyModels(name, settings.models, signal);
        output.list({ models: rows }, rows, () => {
          const lines = rows.map((row) => `  ${row.name.padEnd(16)} ${row.problem ?? 'ok'}`);
          return lines.length === 0 ? 'No models.' : lines.join('\n');
        });
        return rows.every(({ ok }) => ok) ? 0 : HEALTH_PROBLEM;
      }),
    );
  examples(command, ['alt models verify', 'alt models verify minilm --json']);
}

function addPath(models: Command, shell: Shell): void {
  const command = models
    .command('path')
    .description('Print the folder of a model, or the one that downloads are put into')
    .argument('[name]', 'as "alt models" lists it')
    .action(
      shell.plain(({ library, settings, output }, name: string | undefined) => {
        const result =
          name === undefined
            ? { name: null, folder: settings.models.folder }
            : library.modelPath(name, settings.models);
        output.result(result, () => result.folder);
      }),
    );
  examples(command, ['alt models path minilm', 'alt models path']);
}

function addAccept(models: Command, shell: Shell): void {
  const command = models
    .command('accept')
    .description('Accept the terms of a model, for this user')
    .argument('<name>', 'as "alt models" lists it')
    .action(
      shell.plain(async ({ library, output }, wanted: string) => {
        const { name, terms } = library.modelTerms(wanted);
        if (terms !== null) await library.acceptModel(name);
        output.result({ name, terms, accepted: true }, () => {
          if (terms === null) return `${name} has no terms to accept.`;
          return `Accepted the terms of ${name}: ${terms}`;
        });
      }),
    );
  examples(command, ['alt models accept embeddinggemma', 'alt models accept gemma --json']);
}
