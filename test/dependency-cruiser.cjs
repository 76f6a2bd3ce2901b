/**
 * Which way imports may point: cli, mcp -> src -> replay -> projections -> events, through the
 * other folder's index.ts only, without cycles.
 */
'use strict';

const PRODUCT = ['events', 'projections', 'replay', 'src', 'cli', 'mcp'];
const product = `^(${PRODUCT.join('|')})/`;

/** What each folder may import besides itself. */
const MAY_IMPORT = {
  events: [],
  projections: ['events'],
  replay: ['projections', 'events'],
  src: ['replay', 'projections', 'events'],
  cli: ['src'],
  mcp: ['src'],
};

const directions = Object.entries(MAY_IMPORT).map(([folder, below]) => ({
  name: `${folder}-imports-only-${below.join('-') || 'itself'}`,
  comment: 'Imports point down: cli, mcp -> src -> replay -> projections -> events.',
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { path: product, pathNot: `^(${[folder, ...below].join('|')})/` },
}));

/** What is run or imported from outside. */
const entries = '^(cli/alt|mcp/main|src/index|src/embedders/worker)\\.ts$';

module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'through-the-index',
      comment: "Another folder is entered by its index.ts; a line there is that folder's promise.",
      severity: 'error',
      from: { path: `^(${PRODUCT.join('|')})/` },
      to: { path: product, pathNot: ['^$1/', '^[^/]+/index\\.ts$'] },
    },
    {
      name: 'not-through-its-own-index',
      comment: 'Inside a folder import the file itself: the index is how cycles start.',
      severity: 'error',
      from: { path: `^(${PRODUCT.join('|')})/` },
      to: { path: '^$1/index\\.ts$' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: product },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-development-dependencies',
      comment: 'What the product imports at run time is installed with it.',
      severity: 'error',
      from: { path: product },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that no program and no entry of the library reaches is dead, tested or not.',
      severity: 'error',
      from: { path: entries },
      to: { path: product, pathNot: entries, reachable: false },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|models)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
