/** What cross-references add to the rank of the memories of a file, for one question. */
import {
  countNodes,
  nodeFrequency,
  nodesWithTerms,
  nodeTerms,
  parseNodeLine,
  queryTerms,
  type Db,
  type NodeMatch,
  type Place,
} from '../../projections/index.js';
import { idf } from '../search/rank.js';
import type { BoostSource, NodeBoost } from '../search/request.js';

/** By rank; nothing for what matches less well than the fifth. */
const BOOSTS: readonly number[] = [0.4, 0.25, 0.15, 0.08, 0.04];
const PREVIEW_CHARACTERS_MAX = 200;
/** A node that holds less of what the question asks says nothing about it. */
const COVER_MIN = 0.5;
/** FTS5 takes a good microsecond for each pack that it scores. */
const VISITED_PACKS_MAX = 2_000;
const RARE_TERMS_MIN = 2;
/** A question of a whole page is cut to its first terms, as the ranking cuts it. */
const TERMS_MAX = 64;

interface Term {
  readonly term: string;
  readonly frequency: number;
  readonly idf: number;
}

/** Boosts by source file; none without nodes. */
export const nodeBoosts: BoostSource = (db, question, place) => {
  const packs = countNodes(db);
  if (packs === 0) return new Map();
  const terms = weigh(db, packs, question);
  const boosts = new Map<string, NodeBoost>();
  for (const match of bestNodes(db, terms, place)) {
    const boost = BOOSTS[boosts.size] ?? 0;
    boosts.set(match.sourceFile, { boost, preview: previewOf(match.content, terms) });
  }
  return boosts;
};

function weigh(db: Db, packs: number, question: string): Term[] {
  return queryTerms(question)
    .slice(0, TERMS_MAX)
    .map((term) => {
      const frequency = nodeFrequency(db, term);
      return { term, frequency, idf: idf(packs, frequency) };
    });
}

function bestNodes(db: Db, terms: readonly Term[], place: Place): NodeMatch[] {
  const asked = rareTerms(terms).map(({ term }) => term);
  const all = terms.reduce((sum, term) => sum + term.idf, 0);
  const best: NodeMatch[] = [];
  for (const match of nodesWithTerms(db, asked, place)) {
    if (coverOf(match.content, terms) < COVER_MIN * all) continue;
    best.push(match);
    if (best.length === BOOSTS.length) break;
  }
  return best;
}

/** The terms that tell packs apart: the rarest, until so many packs are visited. */
function rareTerms(terms: readonly Term[]): Term[] {
  const present = terms.filter(({ frequency }) => frequency > 0);
  present.sort((a, b) => a.frequency - b.frequency || (a.term < b.term ? -1 : 1));
  let visited = 0;
  return present.filter(({ frequency }, at) => {
    visited += frequency;
    return at < RARE_TERMS_MIN || visited <= VISITED_PACKS_MAX;
  });
}

/** What the terms are worth together that the pack holds. */
function coverOf(pack: string, terms: readonly Term[]): number {
  const held = new Set(nodeTerms(pack));
  return terms.reduce((sum, { term, idf: worth }) => (held.has(term) ? sum + worth : sum), 0);
}

/** The lines that hold a term of the question, without their pointers; else the first ones. */
function previewOf(pack: string, terms: readonly Term[]): string {
  const lines = pack.split('\n');
  const asked = new Set(terms.map(({ term }) => term));
  const answering = lines.filter((line) => nodeTerms(line).some((term) => asked.has(term)));
  const shown = (answering.length > 0 ? answering : lines).map((line) => {
    const { topic, names } = parseNodeLine(line);
    return names.length > 0 ? `${topic} (${names.join(', ')})` : topic;
  });
  return shown.join('\n').slice(0, PREVIEW_CHARACTERS_MAX).toWellFormed();
}
