/**
 * Generates the parts of the documentation that the code knows best: the worked example and the
 * catalogue of events in docs/FORMAT.md, and docs/ERRORS.md. With `--check` it writes nothing and
 * fails when a page is stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { catalogueTable } from './docs-catalogue.mjs';
import { exampleDump } from './docs-example.mjs';
import { importSource } from './from-source.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const readText = (path) => (existsSync(ROOT + path) ? readFileSync(ROOT + path, 'utf8') : '');
const tidy = (markdown) => format(markdown, { parser: 'markdown', printWidth: 100 });

function between(text, name, content) {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`There are no markers ${start} … ${end}.`);
  return `${before}${start}\n\n${content.trim()}\n\n${end}${after}`;
}

function errorsPage(codes) {
  const rows = Object.entries(codes).map(
    ([code, { exit, means, hint }]) => `| \`${code}\` | ${exit} | ${means} | ${hint} |`,
  );
  return [
    '# Errors',
    '',
    'Every expected failure has a code, a message and a hint: the next thing to do, which is',
    'the one given here where an error knows no better. Codes are added, never renamed or reused.',
    'The command line ends with the exit code, and `--json` prints the error as an object; MCP has',
    'the code in lower case. Made by `npm run docs`.',
    '',
    '| code | exit code | meaning | hint |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

async function formatPage(sources) {
  let text = readText('docs/FORMAT.md');
  const example = readFileSync(`${ROOT}test/fixtures/format/v1/example.seg`);
  text = between(text, 'example', await tidy(exampleDump(example)));
  return between(text, 'catalogue', await tidy(catalogueTable(sources)));
}

const sources = await importSource('test/support/documented.ts');
const pages = {
  'docs/FORMAT.md': await formatPage(sources),
  'docs/ERRORS.md': await tidy(errorsPage(sources.ERROR_CODES)),
};
for (const [path, text] of Object.entries(pages)) {
  if (readText(path) === text) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${path} is stale: run "npm run docs".\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(ROOT + path, text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
