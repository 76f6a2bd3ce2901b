/** What the dialect is, for the agents and people who read and write it. */

export const SPEC_VERSION = 2;

/** The page without the codes of a dimension. */
export const SPEC = `# AAAK, version 2

AAAK is a short way to write memories that people and language models read without a decoder.
It is lossy: grammar and some detail go. The text itself stays in the memory; keep and search that,
and expand an entry through its DR: field when the exact words matter.

## Fields

One entry is one line; fields are separated by "|". Order when written:
date | body | emotions | flags | omitted | stars | reference. Readers accept any order.

    FAM: ALC→♡JOR | 2D(kids): RIL(18,sports) MAX(11,chess+swimming) | BEN(contributor)

- Codes: 2-4 capitals stand for a person: ALC=Alice, JOR=Jordan, RIL=Riley, MAX=Max, BEN=Ben.
  Other names (tools, places, firms) are written out. A line "K: ALC=Alice JOR=Jordan" is a legend.
- Category before the first body field: FAM: family, PROJ: project, ⚠: warning, PATTERN: pattern.
- Relations: ALC→♡JOR loves; ALC--manages--BOB has a label; a→b leads to. "." joins words.
- Groups: 2D(kids): RIL(18,sports) counts and names; 3D(dogs@BOB): REX BO IKE belongs to Bob.
- Attributes: RIL(18,sports): "," separates, "+" joins alternatives, "." joins words.
- Text: clauses separated by "; ". "¦" stands for "|" within text. 570x is a count.
- Dates: DATE:2026-05-31, ISO 8601, UTC.
- Emotions: *joy*, at most three, joined by "+": vul joy fear trust grief wonder rage love hope
  despair peace relief humor tender raw doubt anx exhaust convict passion warmth curious grat frust
  confuse satis excite determ surprise. Hand-written markers: *warm* joy, *fierce* determination,
  *raw* raw honesty, *bloom* tenderness.
- Flags, at most three: ORIGIN birth of something, CORE belief or pillar of identity,
  SENSITIVE handle with care, PIVOT turning point, GENESIS led to something that exists,
  DECISION explicit choice, TECHNICAL implementation detail.
- Importance: ★ to ★★★★★. Omitted: …+3 means three parts were left out.
- Reference: DR:id points to the memory with the exact text; DR:id@revision to one state of it.

## Diary forms

    SESSION:2026-05-31|fixed.auth.race.cond|★★★
    PATTERN: auth.timeouts→rate.limit.insufficient|★★★★★

## Where memories lie

Realms: alt_memory, documents, reference, benchmark, agent_* for an agent's own. Domains are
hyphenated slugs such as front-end-build. Gates sort what is filed: gate_facts, gate_events,
gate_discoveries, gate_preferences, gate_advice.

## Reading and writing

- Read: put names for codes, take *markers* as tone, ★ as weight, → as "leads to".
- Write: codes for people, markers for feelings, names and numbers exact, no articles, no filler.
  Never drop not, never, only, because, before, after, must or a quantity.
`;

/** The page with the codes that a dimension uses most. */
export function specText(legend: string): string {
  return legend === '' ? SPEC : `${SPEC}\n## Codes in use here\n\n    ${legend}\n`;
}
