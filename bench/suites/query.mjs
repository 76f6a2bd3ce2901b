/** Embedding a question: asked for the first time, asked again, and the bare ONNX session. */
import { newDimension } from '../lib/library.mjs';
import { summary } from '../lib/numbers.mjs';
import { openSession, openTokenizer } from '../lib/model.mjs';
import { alternately, load } from '../lib/timing.mjs';

export const TITLE = 'Embedding a question';
const PIECES_MAX = 16;
const BUDGET_MS = 4;
const WORDS = 'garden engine violin harbour winter lantern market bridge novel kitchen'.split(' ');

/** Questions of nine to sixteen pieces that were never asked before. */
function question(round) {
  const word = (step) => WORDS[Math.floor(round / 10 ** step) % 10];
  return `what did I say about the ${word(0)} near the ${word(1)} and ${word(2)}?`;
}

export async function run(options) {
  const tokenize = openTokenizer();
  const session = await openSession();
  const dimension = await newDimension();
  await dimension.addEntity('realm', 'domain', 'The only memory here.');
  await dimension.embedPending();
  const longest = Math.max(...Array.from({ length: 1000 }, (_, n) => tokenize(question(n)).length));
  if (longest > PIECES_MAX) throw new Error(`A question has ${longest} pieces.`);
  const times = await alternately(
    {
      first: (round) => dimension.search(question(round)),
      again: (round) => dimension.search(question(round)),
      session: (round) => session.run([tokenize(question(round))]),
    },
    { rounds: options.quick ? 50 : 300, warmUp: 20 },
  );
  await dimension.close();
  const bare = summary(times.session);
  const floor = { what: 'bare tokenizer and ONNX session', value: bare.p50, cpu: bare.cpu };
  const less = (key) => times.first[key].map((value, round) => value - times.again[key][round]);
  const embedding = summary({ ms: less('ms'), cpu: less('cpu') });
  const again = summary(times.again);
  return {
    rows: [
      {
        work: 'embedding a question of <= 16 pieces (first search less second)',
        ...embedding,
        floor,
        ratio: embedding.p50 / floor.value,
        budget: { text: `p50 <= ${BUDGET_MS} ms`, met: embedding.p50 <= BUDGET_MS },
        load: load(),
      },
      { work: 'the same search asked again, one memory', size: 1, ...again, load: load() },
    ],
  };
}
