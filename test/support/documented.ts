/** What test/tools/docs.mjs documents. */
export { CATALOGUE, ERROR_CODES, RESERVED } from '../../events/index.js';
