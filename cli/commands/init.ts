/** `init` and `status`: making a dimension, and what it holds. */
import { examples } from '../options.js';
import { jsonText } from '../output.js';
import type { Shell } from '../shell.js';

export function addInitCommands(shell: Shell): void {
  const init = shell.program
    .command('init')
    .description('Create the dimension, if there is none')
    .option('--embedder <name>', 'how meaning is computed: auto, sentence, numpy_bert, numpy, …')
    .action(
      shell.action(
        { embedder: (flags: { embedder?: string }) => flags.embedder },
        async ({ dimension, library, output }) => {
          const result = await library.OPERATIONS.init_dimension.run(dimension, {});
          output.result(result, () => {
            const verb = result.created === true ? 'Dimension' : 'Dimension already';
            return `${verb} initialized at ${dimension.path}`;
          });
        },
      ),
    );
  examples(init, ['alt init', 'alt init --dimension ~/notes-memory --embedder numpy']);

  const status = shell.program
    .command('status')
    .description('Show what the dimension holds and how it is, as JSON')
    .action(
      shell.action({}, async ({ dimension, library, output }) => {
        const status = await library.OPERATIONS.get_status.run(dimension, {});
        output.result(status, () => jsonText(status, 2));
      }),
    );
  examples(status, ['alt status', 'alt status --dimension ~/notes-memory']);
}
