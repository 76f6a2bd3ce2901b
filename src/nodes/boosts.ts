/** What cross-references add to the rank of the memories of a file, for one question. */
import {
  countNodes,
  nodeContent,
  nodeFrequency,
  nodesWithTerms,
  nodeTerms,
  parseNodeLine,
  queryTerms,
  type Db,
  type Place,
} from '../../projections/index.js';
import type { BoostSource, NodeBoost } from '../search/request.js';

/** By rank; nothing for what matches less well than the fifth. */
const BOOSTS: readonly number[] = [0.4, 0.25, 0.15, 0.08, 0.04];
const PREVIEW_CHARACTERS_MAX = 200;
/**
 * A node counts when one of its lines holds more than this share of the question's terms. Without
 * such a bound the first hit was right 16 points less often (LongMemEval pool, 79.7 to 63.8), with
 * half included 3 points less; more than half costs nothing there and on LoCoMo.
 */
const COVER_ABOVE = 0.5;
/** FTS5 takes a good microsecond for each pack that it scores. */
const VISITED_PACKS_MAX = 2_000;
/** Of those, so many are read, the best first. */
const READ_PACKS_MAX = 50;
const RARE_TERMS_MIN = 2;
/** A question of a whole page is cut to its first terms, as the ranking cuts it. */
const TERMS_MAX = 64;

interface Term {
  readonly term: string;
  /** How many packs hold it. */
  readonly frequency: number;
}

interface Found {
  readonly sourceFile: string;
  readonly content: string;
}

/** Boosts by source file; none without nodes. */
export const nodeBoosts: BoostSource = (db, question, place) => {
  if (countNodes(db) === 0) return new Map();
  const asked = queryTerms(question).slice(0, TERMS_MAX);
  const terms = asked.map((term) => ({ term, frequency: nodeFrequency(db, term) }));
  const boosts = new Map<string, NodeBoost>();
  for (const match of bestNodes(db, terms, place)) {
    const boost = BOOSTS[boosts.size] ?? 0;
    boosts.set(match.sourceFile, { boost, preview: previewOf(match.content, terms) });
  }
  return boosts;
};

/** The five best packs that say something about the question, each of another file. */
function bestNodes(db: Db, terms: readonly Term[], place: Place): Found[] {
  const asked = rareTerms(terms).map(({ term }) => term);
  const best: Found[] = [];
  for (const { sourceFile, num } of nodesWithTerms(db, asked, place).slice(0, READ_PACKS_MAX)) {
    const content = nodeContent(db, num);
    if (coverOf(content, terms) <= COVER_ABOVE) continue;
    best.push({ sourceFile, content });
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

/**
 * How much of the question one line of the pack holds, 0 to 1. Lines are about different things:
 * what they hold together is often there by chance.
 */
function coverOf(pack: string, terms: readonly Term[]): number {
  const counts = pack.split('\n').map((line) => {
    const held = new Set(nodeTerms(line));
    return terms.filter(({ term }) => held.has(term)).length;
  });
  return Math.max(...counts) / terms.length;
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
