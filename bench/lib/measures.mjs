/** How good a ranking is: R@k, any@k, nDCG@10 with the textbook ideal, MRR; and what is asked. */
import { mean } from './numbers.mjs';

const CUTS = [1, 5, 10];

/** Shares that the acceptance list asks of hybrid search, by set. */
const FLOORS = {
  locomo: { 'R@10': 0.935, 'any@1': 0.735 },
  lme: { 'any@1': 0.79, 'any@5': 0.98 },
  cosqa: { 'nDCG@10': 0.81 },
  scifact: { 'nDCG@10': 0.72 },
  'xquad-en': { 'R@10': 0.995 },
  'xquad-zh': { 'R@10': 0.99 },
  'xquad-hi': { 'R@10': 0.98 },
  devbench: { 'any@1': 0.8, 'R@5': 1 },
};
/** What is asked of an embedder that knows every script, where it is more. */
const FLOORS_ALL_SCRIPTS = {
  locomo: { 'R@10': 0.955, 'any@1': 0.75 },
  'xquad-zh': { 'any@1': 0.95 },
  'xquad-hi': { 'any@1': 0.935 },
};
const ALL_SCRIPTS = new Set(['multilingual']);

/** How far hybrid may stay under its better half, by nDCG@10. */
const UNDER_BETTER_HALF_MAX = { cosqa: 0.04 };
const UNDER_BETTER_HALF = 0.01;

const gainAt = (gain, rank) => (2 ** gain - 1) / Math.log2(rank + 2);

/** The measures of one question, from its ranking. @param gold id -> gain */
export function measure(ranking, gold) {
  const scores = {};
  for (const cut of CUTS) {
    const found = ranking.slice(0, cut).filter((id) => gold.has(id)).length;
    scores[`R@${cut}`] = found / gold.size;
    scores[`any@${cut}`] = Number(found > 0);
  }
  const ideal = [...gold.values()].sort((a, b) => b - a).slice(0, 10);
  const best = ideal.reduce((sum, gain, rank) => sum + gainAt(gain, rank), 0);
  const reached = ranking
    .slice(0, 10)
    .reduce((sum, id, rank) => sum + gainAt(gold.get(id) ?? 0, rank), 0);
  const first = ranking.findIndex((id) => gold.has(id));
  return { ...scores, 'nDCG@10': reached / best, MRR: first < 0 ? 0 : 1 / (first + 1) };
}

/** Means over questions. @param answers `[{ scores: { mode: measures } }]` */
export function meansOf(answers) {
  const means = {};
  for (const mode of Object.keys(answers[0].scores)) {
    const measures = Object.keys(answers[0].scores[mode]);
    means[mode] = Object.fromEntries(
      measures.map((key) => [key, mean(answers.map(({ scores }) => scores[mode][key]))]),
    );
  }
  return means;
}

export const percent = (share) => (100 * share).toFixed(1);

/** What a set falls short of, as sentences. */
export function shortfalls({ name, embedder, means }) {
  const floors = ALL_SCRIPTS.has(embedder) ? FLOORS_ALL_SCRIPTS : FLOORS;
  const problems = Object.entries(floors[name] ?? {})
    .filter(([key, floor]) => means.hybrid[key] < floor)
    .map(([key, floor]) => {
      return `${name}: ${key} is ${percent(means.hybrid[key])}, ${percent(floor)} asked`;
    });
  const better = Math.max(means.vector['nDCG@10'], means.words['nDCG@10']);
  const allowed = UNDER_BETTER_HALF_MAX[name] ?? UNDER_BETTER_HALF;
  if (means.hybrid['nDCG@10'] < better - allowed) {
    const reached = percent(means.hybrid['nDCG@10']);
    problems.push(`${name}: hybrid nDCG@10 ${reached}, its better half ${percent(better)}`);
  }
  return problems;
}
