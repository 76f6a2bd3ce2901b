/** How long the property tests run: short on a change, long when asked for by ALT_TEST_LEVEL. */
export const runs = (small: number, full: number): number =>
  process.env.ALT_TEST_LEVEL === 'full' ? full : small;
