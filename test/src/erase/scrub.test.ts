/** Secrets that were stored are found in whatever the log says, never shown, and erased. */
import { describe, expect, it } from 'vitest';
import { filesWith } from '../../support/bytes.js';
import { expectVerified } from '../../support/dimensions.js';
import { newKnowledge } from '../../support/knowledge.js';

// In pieces, so that no scanner takes this file for a leak.
const TOKEN = ['ghp', '_', 'q7Wm2Zx9Lk4Tr8Yv1Nb6Hc3Jd5Fg0SaPeRuT'].join('');
const PASSWORD = 'Quince-Lapwing-77';

describe('scrub', { timeout: 60_000 }, () => {
  it('finds secrets in every version and never says them', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'Nothing to hide.', { entityId: 'clean' });
    await d.addEntity('work', 'notes', `The token is ${TOKEN}, twice: ${TOKEN}`, { entityId: 't' });
    await d.updateEntity('t', { content: 'The token was taken out.' });
    const metadata = { url: `postgres://admin:${PASSWORD}@db.example.com/x` };
    await d.addEntity('work', 'notes', 'The database.', { entityId: 'u', metadata });
    await d.deleteEntity('u');
    const report = await d.scrub();
    expect(report.total).toBe(2);
    expect(report.secrets).toMatchObject([
      { id: 't', format: 'github-token', excerpt: 'The token is ghp_…, twice: ghp_…' },
      { id: 'u', format: 'password-in-url' },
    ]);
    expect(report.erased).toMatchObject({ dry_run: true, streams: 2, kinds: { entity: 2 } });
    expect(JSON.stringify(report)).not.toContain(TOKEN.slice(6));
    expect(JSON.stringify(report)).not.toContain(PASSWORD.slice(4));
    const { erased } = await d.scrub({ dryRun: false });
    expect(erased).toMatchObject({ dry_run: false, streams: 2, found: [] });
    expect((await d.listEntities()).map(({ id }) => id)).toEqual(['clean']);
    await expectVerified(d);
    await d.close();
    expect(filesWith(d.path, [TOKEN, PASSWORD])).toEqual({});
  });

  it('says so when there is none', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'Nothing to hide.');
    expect(await d.scrub({ dryRun: false })).toEqual({ secrets: [], total: 0, erased: null });
  });
});
