/** Realms and domains. */
import * as z from 'zod';
import { defineOperation, DESTROYS, READS, WRITES_ONCE } from './operation.js';
import { domain, domainName, dryRun, realm, realmFilter, realmName } from './shapes.js';

const description = z.string().max(2_000).default('').describe('What belongs there.');

export const createRealm = defineOperation({
  name: 'create_realm',
  title: 'Create a realm',
  description: 'Use to make a top-level bucket, or to describe an existing one anew.',
  annotations: WRITES_ONCE,
  input: z.strictObject({ name: realmName, description }),
  output: z.object({ name: z.string(), description: z.string(), created: z.boolean() }),
  async handler(dimension, input) {
    return dimension.createRealm(input.name, input.description);
  },
});

export const createDomain = defineOperation({
  name: 'create_domain',
  title: 'Create a domain',
  description: 'Use to make a category within a realm, or to describe an existing one anew.',
  annotations: WRITES_ONCE,
  input: z.strictObject({ realm: realmName, name: domainName, description }),
  output: z.object({
    realm: z.string(),
    name: z.string(),
    description: z.string(),
    created: z.boolean(),
  }),
  async handler(dimension, input) {
    return dimension.createDomain(input.realm, input.name, input.description);
  },
});

export const listRealms = defineOperation({
  name: 'list_realms',
  title: 'List realms',
  description: 'Use to see which buckets there are and how full each is.',
  annotations: READS,
  travels: true,
  input: z.strictObject({}),
  output: z.object({ realms: z.array(realm), count: z.int() }),
  async handler(dimension) {
    const realms = await dimension.listRealms();
    return { realms, count: realms.length };
  },
});

export const listDomains = defineOperation({
  name: 'list_domains',
  title: 'List domains',
  description: 'Use to see the categories of one realm or of all.',
  annotations: READS,
  travels: true,
  input: z.strictObject({ realm: realmFilter }),
  output: z.object({ domains: z.array(domain), count: z.int() }),
  async handler(dimension, input) {
    const domains = await dimension.listDomains(input.realm);
    return { domains, count: domains.length };
  },
});

export const getTaxonomy = defineOperation({
  name: 'get_taxonomy',
  title: 'Get the taxonomy',
  description: 'Use to see at a glance what is remembered where: realm, domain, count.',
  annotations: READS,
  travels: true,
  input: z.strictObject({}),
  output: z.object({
    taxonomy: z.record(z.string(), z.record(z.string(), z.int())),
    total_entities: z.int(),
  }),
  async handler(dimension) {
    const taxonomy = await dimension.getTaxonomy();
    const counts = Object.values(taxonomy).flatMap((domains) => Object.values(domains));
    return {
      taxonomy: structuredClone(taxonomy),
      total_entities: counts.reduce((sum, count) => sum + count, 0),
    };
  },
});

export const deleteRealm = defineOperation({
  name: 'delete_realm',
  title: 'Delete a realm',
  description:
    'Use to take a realm out of sight with its domains and memories, and tunnels that end there. ' +
    'Facts stay; so does the history.',
  annotations: DESTROYS,
  input: z.strictObject({ name: realmName, dry_run: dryRun }),
  output: z.object({
    deleted: z.boolean(),
    name: z.string(),
    domains: z.int(),
    entities: z.int(),
    tunnels: z.int(),
    dry_run: z.boolean(),
  }),
  async handler(dimension, input) {
    return dimension.removeRealm(input.name, { dryRun: input.dry_run });
  },
});

export const deleteDomain = defineOperation({
  name: 'delete_domain',
  title: 'Delete a domain',
  description:
    'Use to take a domain out of sight with its memories, and tunnels that end there. ' +
    'The realm, facts and the history stay.',
  annotations: DESTROYS,
  input: z.strictObject({ realm: realmName, name: domainName, dry_run: dryRun }),
  output: z.object({
    deleted: z.boolean(),
    realm: z.string(),
    name: z.string(),
    entities: z.int(),
    tunnels: z.int(),
    dry_run: z.boolean(),
  }),
  async handler(dimension, input) {
    return dimension.removeDomain(input.realm, input.name, { dryRun: input.dry_run });
  },
});
