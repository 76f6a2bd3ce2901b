/** `serve`: the folder of a remote, to other machines over HTTP. */
import { once } from 'node:events';
import { printable } from '../layout.js';
import { examples, wholeNumber } from '../options.js';
import type { Shell } from '../shell.js';

interface ServeFlags {
  readonly host: string;
  readonly port: number;
  readonly tokenFile: string;
}

const PORT = 8317;
const TOKEN_FILE = '~/.alt-serve-token';

export function addServeCommand(shell: Shell): void {
  const command = shell.program
    .command('serve')
    .description('Serve the folder of a remote to other machines over HTTP, until stopped')
    .argument('<folder>', 'an empty folder, or a remote that is one')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <n>', 'the port; 0 takes a free one', wholeNumber(0, 65_535), PORT)
    .option('--token-file <path>', 'holds the token; made when it does not exist', TOKEN_FILE)
    .action(
      shell.plain(async ({ library, output, signal }, folder: string, flags: ServeFlags) => {
        const { host, port, tokenFile } = flags;
        const { token, made } = library.readOrMakeToken(tokenFile);
        const served = await library.serveRemote({ folder, host, port, token });
        if (made) output.note(printable(`A new token was put in ${tokenFile}.`));
        output.row({ url: served.url }, () => printable(`Serving ${folder} at ${served.url}`));
        if (!signal.aborted) await once(signal, 'abort');
        await served.close();
      }),
    );
  examples(command, ['alt serve /srv/memory', 'alt serve /srv/memory --port 9000 --json']);
}
