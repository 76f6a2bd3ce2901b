/** What the compressor of the dialect promises of every text. */
import { describe, expect, it } from 'vitest';
import { compress, type CompressOptions } from '../../../src/aaak/compress.js';

const aaak = (text: string, options: CompressOptions = {}): string => compress(text, options).aaak;

const SEED = 'Alice loves Jordan, they have two kids: Riley (18, into sports)';
const BOTH = `${SEED} and Max (11, does chess and swimming)`;
const GRAPHQL =
  'We decided to use GraphQL instead of REST because the frontend team needs flexible queries. ' +
  'Kai recommended it after researching both options. ' +
  'The team was excited about the schema-first approach.';
const GRAPHQL_SHORT =
  'decided use GraphQL instead REST because frontend team needs flexible queries; ' +
  'KAI recommended after researching both options; team excited schema-first approach' +
  ' | *determ+excite* | DECISION | ★★★★';

const GOLDEN: readonly (readonly [text: string, entry: string])[] = [
  [SEED, 'FAM: ALC→♡JOR | 2D(kids): RIL(18,sports) | ★★★★'],
  [BOTH, 'FAM: ALC→♡JOR | 2D(kids): RIL(18,sports) MAX(11,chess+swimming) | ★★★★'],
  [
    `${BOTH}. Ben is a contributor.`,
    'FAM: ALC→♡JOR | 2D(kids): RIL(18,sports) MAX(11,chess+swimming) | BEN(contributor) | ★★★★',
  ],
  ['FAM: ALC→♡JOR', 'FAM: ALC→♡JOR'],
  ['FAM: ALC→♡JOR...', 'FAM: ALC→♡JOR...'],
  ['SESSION:2026-05-31|fixed.auth|★★★', 'SESSION:2026-05-31|fixed.auth|★★★'],
  [
    'PATTERN: auth.timeouts→rate.limit.insufficient|★★★★★',
    'PATTERN: auth.timeouts→rate.limit.insufficient|★★★★★',
  ],
  ['Long text here', 'Long text | ★★'],
  ['Your long text here', 'long text | ★★'],
  ['Login freezes on Safari 18.2', 'Login freezes Safari 18.2 | ★★'],
  [GRAPHQL, GRAPHQL_SHORT],
  ['Do not use Postgres. Never delete data.', '⚠: not use Postgres; Never delete data | ★★★'],
  [
    'We moved from MySQL to Postgres on 2026-05-31.',
    'DATE:2026-05-31 | moved from MySQL to Postgres | ★★',
  ],
  [
    'Alice told Bob that the project deadline is Monday',
    '⚠: ALC told BOB project deadline Monday | ★★★',
  ],
  [
    'Alice manages Bob. Bob reports to Alice. Kai mentors Bob.',
    'ALC--manages--BOB BOB--reports.to--ALC KAI--mentors--BOB | ★★',
  ],
  ['Alice is a senior engineer and Bob is our manager', 'ALC(senior.engineer) BOB(manager) | ★★'],
  ['Bob has three dogs: Rex, Bo and Ike', 'FAM: 3D(dogs@BOB): REX BO IKE | ★★★'],
  [
    'Dr. Chen joined us; ask Dr. Chen about the migration',
    'Dr CHE joined; ask Dr CHE migration | ★★',
  ],
  ['I am not happy with the glove score in the capital', 'not happy with glove score capital | ★★'],
  ['costs $5|$person:Mallory', 'costs $5¦$person:Mallory | ★★'],
  ['王伟 decided to move', '王伟 decided move | *determ* | DECISION | ★★★★'],
  ['Is the server down?', 'server down? | TECHNICAL | ★★'],
  ['!!!', '!!! | ★★'],
  ['the', 'the | ★★'],
  ['hello', 'hello | ★★'],
];

describe('compressing', () => {
  it.each(GOLDEN)('writes %j as the contract says', (text, entry) => {
    expect(aaak(text)).toBe(entry);
  });

  it('keeps what fits and counts the rest', () => {
    expect(aaak('Alice met Bob. '.repeat(60), { maxLen: 100 })).toBe(
      'ALC met BOB; ALC met BOB; ALC met BOB; ALC met BOB; ALC met BOB; ALC met BOB | …+54 | ★★',
    );
  });

  it('ends soon for a long text that tells of persons in every sentence', () => {
    const told = 'Alice met Bob. Eve has two kids: Rex, Bo. Max manages Kai. Ike is a lead.\n';
    const text = told.repeat(500_000 / told.length);
    expect(aaak(text, { maxLen: 20 })).toBe('…+27024 | ★★★');
    expect(aaak(text, { maxLen: 40 })).toMatch(/^FAM: MAX--manages--KAI \| …\+\d+ \| ★★★$/u);
  });

  it('appends the reference and takes the importance it is given', () => {
    expect(aaak('Alice loves Jordan', { ref: 'doc_7', importance: 5 })).toBe(
      'FAM: ALC→♡JOR | ★★★★★ | DR:doc_7',
    );
  });
});
