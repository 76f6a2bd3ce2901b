/**
 * Lint: the recommended typed rules, the size limits of the project, and "one door per power".
 *
 * A power (clock, disk, SQLite, network, terminal, ...) may be touched only behind its doors. A
 * new door is one more place in POWERS, and meant. `/**` at the end of a door opens a folder.
 */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const PRODUCT = ['events', 'projections', 'replay', 'src', 'cli', 'mcp'].map(
  (folder) => `${folder}/**/*.ts`,
);
const TESTS = ['test/**/*.ts', 'bench/**/*.ts'];

/** What a place that reads the user's own files or its own settings needs of the disk. */
const READS = [
  ...['closeSync', 'createReadStream', 'Dirent', 'existsSync', 'fstatSync', 'lstatSync'],
  ...['opendirSync', 'openSync', 'readdirSync', 'readFileSync', 'readSync', 'realpathSync'],
  ...['statSync', 'Stats', 'access', 'lstat', 'open', 'opendir', 'readdir', 'readFile'],
  ...['realpath', 'stat'],
];
const NETWORK = ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns', 'child_process'];

/**
 * `modules`: packages to import; a built-in is named without `node:`. `names`: only these exports.
 * `readDoors`: places that may import READS. `properties`: `object.property`. `syntax`: a selector.
 */
const POWERS = [
  {
    what: 'The clock and random bytes',
    doors: ['src/system.ts'],
    modules: ['crypto'],
    names: ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'webcrypto'],
    properties: ['Date.now', 'Math.random', 'performance.timeOrigin'],
    globals: ['crypto'],
    syntax: ":matches(NewExpression[arguments.length=0], CallExpression)[callee.name='Date']",
  },
  {
    what: 'The disk',
    // The lock links its database into place and reads who holds it; an export is the user's file.
    doors: ['events/files.ts', 'events/lock.ts', 'src/backup/files.ts'],
    readDoors: [
      ...['src/mining/**', 'src/embedders/**'],
      ...['src/config.ts', 'src/system.ts', 'src/version.ts'],
    ],
    modules: ['fs', 'fs/promises'],
  },
  {
    what: 'SQLite',
    doors: ['projections/database.ts', 'events/lock.ts'],
    modules: ['better-sqlite3'],
  },
  {
    what: 'The vector index',
    doors: ['projections/vectors/**', 'src/vectors/chroma-server.ts'],
    modules: ['hnswlib-node', 'chromadb'],
  },
  {
    what: 'The model runtime',
    doors: ['src/embedders/**'],
    modules: ['onnxruntime-node', 'onnxruntime-web', '@huggingface/tokenizers'],
  },
  {
    what: 'The network and child processes',
    // Mining asks git which repository a file belongs to.
    doors: [
      'src/embedders/**',
      'src/llm/**',
      'mcp/http.ts',
      'src/machines/http-remote.ts',
      'src/machines/serve.ts',
      'src/mining/git.ts',
      // Files that are open as databases here may only be searched by another process.
      'src/erase/byte-search.ts',
    ],
    modules: NETWORK,
    globals: ['fetch', 'WebSocket'],
  },
  {
    what: 'The environment',
    doors: ['src/config.ts', 'cli/alt.ts', 'mcp/main.ts', 'src/mining/git.ts'],
    properties: ['process.env'],
  },
  {
    what: 'Output',
    doors: ['cli/output.ts', 'mcp/main.ts'],
    properties: ['process.stdout', 'process.stderr'],
  },
  {
    what: 'The process and its input',
    doors: ['cli/**', 'mcp/**'],
    properties: ['process.argv', 'process.exit', 'process.exitCode', 'process.stdin'],
  },
  {
    what: 'A stopwatch',
    doors: ['events/**', 'replay/**', 'src/**', 'cli/**', 'mcp/**'],
    properties: ['performance.now'],
  },
  { what: 'The command line parser', doors: ['cli/**'], modules: ['commander'] },
  { what: 'The MCP SDK', doors: ['mcp/**'], modules: ['@modelcontextprotocol/server'] },
  { what: 'MessagePack', doors: ['events/codec.ts'], modules: ['msgpackr'] },
  // `import { env } from 'node:process'` would go round the property rules above.
  { what: 'Import of the process', doors: [], modules: ['process'] },
  { what: 'The console', doors: [], globals: ['console'] },
];

const SHAPES = [
  { selector: 'ExportAllDeclaration', message: 'Name what is exported: a line is a promise.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
];

const isFolder = (door) => door.endsWith('/**');
const opens = (door, place) =>
  door === place || (isFolder(door) && place.startsWith(door.slice(0, -2)));
const opensAny = (doors, place) => (doors ?? []).some((door) => opens(door, place));

function messageOf({ what, doors }) {
  return doors.length === 0 ? `${what} is not used.` : `${what}: only in ${doors.join(', ')}.`;
}

/** A built-in has two spellings; a package only its name. */
function spellings(module) {
  const isPackage = /^@|-|^(chromadb|commander|msgpackr)$/.test(module);
  return isPackage ? [module] : [module, `node:${module}`];
}

function importRules(power, place) {
  const narrowed = opensAny(power.readDoors, place) ? { allowImportNames: READS } : {};
  const named = power.names ? { importNames: power.names } : {};
  return (power.modules ?? []).flatMap(spellings).map((name) => {
    return { name, message: messageOf(power), allowTypeImports: true, ...named, ...narrowed };
  });
}

/** import() and require() are not seen by the rule for imports. */
function lazyImportRules(power, place) {
  if (power.names || opensAny(power.readDoors, place)) return [];
  return (power.modules ?? []).flatMap(spellings).flatMap((name) => [
    { selector: `ImportExpression[source.value='${name}']`, message: messageOf(power) },
    {
      selector: `CallExpression[callee.name=/require/i][arguments.0.value='${name}']`,
      message: messageOf(power),
    },
  ]);
}

function syntaxRules(power) {
  return power.syntax ? [{ selector: power.syntax, message: messageOf(power) }] : [];
}

/** The rules for everything that is closed at a place: a file, a folder, or '' for no door. */
function closedAt(place) {
  const closed = POWERS.filter((power) => !opensAny(power.doors, place));
  const globals = closed.flatMap((power) =>
    (power.globals ?? []).map((name) => ({ name, message: messageOf(power) })),
  );
  const properties = closed.flatMap((power) =>
    (power.properties ?? []).map((path) => {
      const [object, property] = path.split('.');
      return { object, property, message: messageOf(power) };
    }),
  );
  const syntax = closed.flatMap((power) => [
    ...lazyImportRules(power, place),
    ...syntaxRules(power),
  ]);
  return {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { paths: closed.flatMap((power) => importRules(power, place)) },
    ],
    'no-restricted-globals': ['error', ...globals],
    'no-restricted-properties': ['error', ...properties],
    'no-restricted-syntax': ['error', ...SHAPES, ...syntax],
  };
}

// Wide doors first: in a flat configuration the last match counts, and a file is opened by its
// folder's doors as well as by its own.
const doorPlaces = [
  ...new Set(POWERS.flatMap((power) => [...power.doors, ...(power.readDoors ?? [])])),
].sort((a, b) => Number(isFolder(b)) - Number(isFolder(a)) || a.length - b.length);

const SIZES = {
  'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
  'max-lines-per-function': ['error', { max: 70, skipBlankLines: false, skipComments: false }],
  complexity: ['error', 10],
  'max-depth': ['error', 3],
  'max-params': ['error', 3],
  'max-len': ['error', { code: 100, ignoreUrls: true, ignoreRegExpLiterals: true }],
};

export default defineConfig(
  { ignores: ['dist/**', 'coverage/**', 'models/**', 'test/fixtures/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: [...PRODUCT, ...TESTS],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...SIZES,
      eqeqeq: 'error',
      'no-empty': 'error',
      'no-warning-comments': ['error', { terms: ['fixme', 'xxx', 'todo'], location: 'anywhere' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: PRODUCT,
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      ...closedAt(''),
    },
  },
  ...doorPlaces.map((place) => ({ files: [place], rules: closedAt(place) })),
  {
    files: TESTS,
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': 'off',
      'max-params': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    rules: { ...SIZES, 'no-undef': 'off', eqeqeq: 'error', 'no-empty': 'error' },
  },
);
