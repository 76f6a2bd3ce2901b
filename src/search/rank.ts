/**
 * The ranking of hybrid search, as pure arithmetic: BM25 over packed passages and its fusion with
 * cosines. Where the formula comes from and what else was tried: docs/decisions/0010-ranking.md.
 */
import { termFrequency, type PackedTerms } from '../../projections/index.js';

/** FTS5's constants, so that our scores are its scores. */
const K1 = 1.2;
const B = 0.75;
const MIN_IDF = 1e-6;
/** BM25 of a text that holds every word of the question about once, per unit of idf. */
const FULL_ANSWER = 1.2;
/** How far a question can move the weight of meaning from that of the embedder, either way. */
const WEIGHT_RANGE = 0.2;
/** What the lead of the best cosine over the usual one adds to the weight. */
const WEIGHT_PER_LEAD = 1.2;

/** Inverse document frequency as FTS5 computes it: never below one millionth. */
export function idf(documentCount: number, documentFrequency: number): number {
  const value = Math.log((documentCount - documentFrequency + 0.5) / (documentFrequency + 0.5));
  return value > MIN_IDF ? value : MIN_IDF;
}

/** A term of the question: its hash and its {@link idf}. */
export interface WeightedTerm {
  readonly hash: number;
  readonly idf: number;
}

/**
 * BM25 of one passage for the distinct terms of a question, positive = good: FTS5's `bm25()` with
 * the sign turned. `averageLength` is the mean number of terms of all passages.
 */
export function passageBm25(
  terms: readonly WeightedTerm[],
  passage: PackedTerms,
  averageLength: number,
): number {
  const norm = K1 * (1 - B + (B * passage.length) / averageLength);
  let score = 0;
  for (const term of terms) {
    const frequency = termFrequency(passage.blob, term.hash);
    if (frequency > 0) score += (term.idf * frequency * (K1 + 1)) / (frequency + norm);
  }
  return score;
}

export interface PassageScores {
  /** Raw cosine, or null while the passage has no vector. */
  readonly cosine: number | null;
  readonly bm25: number;
}

/** An entity to rank. `cosine` and `bm25` are maxima over its passages, taken separately. */
export interface FusionCandidate extends PassageScores {
  readonly id: string;
  readonly passages: readonly PassageScores[];
  /** Node boost, 0 when none. */
  readonly boost: number;
  /** Milliseconds since 1970: of equals the newest comes first. */
  readonly createdAt: number;
}

export interface FusionInput<Candidate extends FusionCandidate> {
  readonly candidates: readonly Candidate[];
  /** Share of the question's letters that the embedder knows, 0 to 1. */
  readonly known: number;
  /** Sum of the idf of all terms of the question. */
  readonly idfSum: number;
  /** The embedder's weight, 0 to 1: 0.6 for MiniLM, 0.8 for the multilingual model. */
  readonly weight: number;
  /** The lead of the best scaled cosine at which it is right; without one it always is. */
  readonly usualLead?: number | undefined;
  /** Cosine of unrelated texts, below 1: what the embedder's scale starts at. 0 for MiniLM. */
  readonly cosineFloor: number;
  /** Raw cosine of what is near as much else is: the best one's lead is over it. */
  readonly typicalCosine?: number | undefined;
}

/** The numbers of one ranking that all its hits share. */
export interface FusionScale {
  /** w: the weight of meaning after `known`. */
  readonly vectorWeight: number;
  readonly known: number;
  readonly idfSum: number;
  readonly cosineFloor: number;
  readonly maxBm25: number;
  /** How much of the question the best text holds at all, 0 to 1. */
  readonly cover: number;
  /** Median scaled cosine of the candidates that have one; 0 when none has. */
  readonly medianCosine: number;
  /** How far the best scaled cosine lies above the typical one: what meaning can tell apart. */
  readonly lead: number;
}

export interface FusedHit<Candidate extends FusionCandidate> {
  readonly candidate: Candidate;
  readonly score: number;
  /** The scaled cosine that was scored: the median for a candidate without vector. */
  readonly cosine: number;
  /** True when the candidate has no vector yet. */
  readonly pending: boolean;
  /** What meaning and words give: together the score. */
  readonly vectorPart: number;
  readonly keywordPart: number;
  /** Index of the passage that has the largest sum of both, the first of equals; -1 of none. */
  readonly passage: number;
}

export interface Fusion<Candidate extends FusionCandidate> {
  /** Best first, in a total order. */
  readonly hits: readonly FusedHit<Candidate>[];
  readonly scale: FusionScale;
}

const scaleCosine = (cosine: number, floor: number): number =>
  Math.max(0, (cosine - floor) / (1 - floor));

function median(ascending: readonly number[]): number {
  const middle = ascending.length >> 1;
  const upper = ascending[middle] ?? 0;
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? 0) + upper) / 2;
}

function scaleOf<Candidate extends FusionCandidate>(input: FusionInput<Candidate>): FusionScale {
  const cosines: number[] = [];
  let maxBm25 = 0;
  for (const { cosine, bm25 } of input.candidates) {
    if (cosine !== null) cosines.push(scaleCosine(cosine, input.cosineFloor));
    if (bm25 > maxBm25) maxBm25 = bm25;
  }
  cosines.sort((left, right) => left - right);
  const medianCosine = median(cosines);
  const best = cosines.at(-1) ?? 0;
  const lead = best - scaleCosine(input.typicalCosine ?? best, input.cosineFloor);
  const cover = input.idfSum > 0 ? Math.min(1, maxBm25 / (FULL_ANSWER * input.idfSum)) : 0;
  const { known, idfSum, cosineFloor } = input;
  const vectorWeight = weightOf(input, lead) * known;
  return { vectorWeight, known, idfSum, cosineFloor, maxBm25, cover, medianCosine, lead };
}

/** The weight of meaning: the embedder's, less where no text is much nearer than the others. */
function weightOf(
  { weight, usualLead }: Pick<FusionInput<FusionCandidate>, 'weight' | 'usualLead'>,
  lead: number,
): number {
  if (usualLead === undefined) return weight;
  const moved = weight + WEIGHT_PER_LEAD * (lead - usualLead);
  return Math.max(0, weight - WEIGHT_RANGE, Math.min(1, weight + WEIGHT_RANGE, moved));
}

const vectorPart = (scale: FusionScale, cosine: number): number => scale.vectorWeight * cosine;

const keywordPart = (scale: FusionScale, bm25: number): number =>
  scale.maxBm25 > 0
    ? (1 - scale.vectorWeight) * (bm25 / scale.maxBm25) * Math.sqrt(scale.cover)
    : 0;

const scaledOrMedian = (cosine: number | null, scale: FusionScale): number =>
  cosine === null ? scale.medianCosine : scaleCosine(cosine, scale.cosineFloor);

function score<Candidate extends FusionCandidate>(
  candidate: Candidate,
  scale: FusionScale,
): FusedHit<Candidate> {
  const { passages, boost } = candidate;
  const cosine = scaledOrMedian(candidate.cosine, scale);
  const passage = bestPassage(passages, scale);
  const { cosine: its = candidate.cosine, bm25 = candidate.bm25 } = passages[passage] ?? {};
  const meaning = vectorPart(scale, (cosine + scaledOrMedian(its, scale)) / 2 + boost);
  const words = keywordPart(scale, (candidate.bm25 + bm25) / 2);
  return {
    candidate,
    score: meaning + words,
    cosine,
    pending: candidate.cosine === null,
    vectorPart: meaning,
    keywordPart: words,
    passage,
  };
}

/**
 * The index of the passage that has the largest sum of both parts, the first of equals; -1 when
 * there is none.
 */
function bestPassage(passages: readonly PassageScores[], scale: FusionScale): number {
  const partOfOne = keywordPart(scale, 1);
  let best = -1;
  let bestSum = -1;
  passages.forEach(({ cosine, bm25 }, index) => {
    const sum = vectorPart(scale, scaledOrMedian(cosine, scale)) + partOfOne * bm25;
    if (sum <= bestSum) return;
    best = index;
    bestSum = sum;
  });
  return best;
}

function byRank(left: FusedHit<FusionCandidate>, right: FusedHit<FusionCandidate>): number {
  return (
    right.score - left.score ||
    right.cosine - left.cosine ||
    right.candidate.createdAt - left.candidate.createdAt ||
    (left.candidate.id < right.candidate.id ? -1 : Number(left.candidate.id > right.candidate.id))
  );
}

/**
 * Ranks candidates: score = w (cos + boost) + (1 - w) (bm / max bm) sqrt(cover). cos and bm are the
 * mean of the entity's best and of what its best passage has, so that words and meaning count more
 * where they meet. w = known * (weight + 1.2 (lead - usual lead)), within 0.2 of the weight;
 * cover = min(1, max bm / (1.2 * idfSum)). Ties fall by cosine, newest, id.
 */
export function fuse<Candidate extends FusionCandidate>(
  input: FusionInput<Candidate>,
): Fusion<Candidate> {
  const scale = scaleOf(input);
  const hits = input.candidates.map((candidate) => score(candidate, scale)).sort(byRank);
  return { hits, scale };
}

/**
 * The share of a question's letters that belong to the given Unicode scripts (long names, such as
 * `Latin`), 0 to 1; 1 for `all` and for a question without letters.
 */
export function knownShare(question: string, scripts: readonly string[] | 'all'): number {
  if (scripts === 'all') return 1;
  const letters = question.replace(/\P{L}+/gu, '');
  if (letters === '') return 1;
  if (scripts.length === 0) return 0;
  const classes = scripts.map((script) => `\\p{Script=${script}}`).join('');
  const unknown = letters.replace(new RegExp(`[${classes}]+`, 'gu'), '');
  const all = [...letters].length;
  return (all - [...unknown].length) / all;
}
