/** What a memory of that id says, so that half of one is recognised. */
export const textOf = (id: string, version = 0): string =>
  `${id} version ${String(version)}: ${`the words of ${id} `.repeat(12)}end of ${id}`;
