/** What a run of mining reports. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

it('counts memories by domain, whatever the domain is called', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'project', 'constructor'), { recursive: true });
  writeFileSync(
    join(folder, 'project', 'constructor', 'notes.md'),
    `# Notes\n\n${'Words. '.repeat(20)}`,
  );
  const { dimension } = open(join(folder, 'dimension'));
  await dimension.init();
  const report = await dimension.mine(join(folder, 'project'));
  expect(report.by_domain).toEqual({ constructor: 1 });
});
