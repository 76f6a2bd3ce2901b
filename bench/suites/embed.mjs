/** Embedding in bulk through the library, beside the bare ONNX session on the same batches. */
import { newDimension } from '../lib/library.mjs';
import { tagged } from '../lib/corpus.mjs';
import { short, summary } from '../lib/numbers.mjs';
import { batchesOf, openSession, openTokenizer } from '../lib/model.mjs';
import { alternately, load } from '../lib/timing.mjs';

export const TITLE = 'Embedding in bulk';
const TEXTS = 64;
const WORDS_MAX = 95;
const SHARE_BUDGET = 0.9;

/** Texts of one passage each, so that both sides run the same rows. */
function shortTexts(data, count) {
  return tagged(data, count).map((text, index) => {
    return `${text
      .split(/\s+/)
      .slice(0, 20 + ((index * 37) % (WORDS_MAX - 20)))
      .join(' ')} ${index}`;
  });
}

async function measureThread(options, thread) {
  const rounds = options.quick ? 2 : 7;
  const texts = shortTexts(options.data, TEXTS * (rounds + 1));
  const slice = (round) => texts.slice(round * TEXTS, (round + 1) * TEXTS);
  const tokenize = openTokenizer();
  const session = await openSession();
  const dimension = await newDimension({ thread });
  // What is timed is the model's work, so everything is filed before.
  const files = async (round) => {
    const items = slice(round).map((content) => ({ realm: 'realm', domain: 'bench', content }));
    await dimension.batchAddEntities(items);
  };
  const bare = async (round) => {
    for (const batch of batchesOf(slice(round).map(tokenize))) await session.run(batch);
  };
  const times = await alternately(
    { files, library: () => dimension.embedPending(), session: bare },
    { rounds, warmUp: 1 },
  );
  await dimension.close();
  await session.release();
  const own = summary(times.library);
  const floor = summary(times.session);
  const perText = ({ p50, cpu }) => ({ p50: p50 / TEXTS, cpu: cpu / TEXTS });
  return {
    work: `embed ${TEXTS} texts, ${thread} thread (${short((TEXTS * 1000) / own.p50)} texts/s)`,
    ...perText(own),
    unit: 'ms a text',
    floor: {
      what: 'bare session and tokenizer',
      value: floor.p50 / TEXTS,
      cpu: floor.cpu / TEXTS,
    },
    ratio: own.p50 / floor.p50,
    budget: { text: '>= 90 % of the bare rate', met: floor.p50 / own.p50 >= SHARE_BUDGET },
    load: load(),
  };
}

export async function run(options) {
  return { rows: [await measureThread(options, 'inline'), await measureThread(options, 'worker')] };
}
