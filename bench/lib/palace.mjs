/**
 * One dimension that holds some of everything, filled once: memories with tags and sources, nodes
 * built of them, facts with one node of many edges, a people map, diaries, tunnels, personas. The
 * `numpy` embedder makes its vectors only where a suite asks for them.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { importLibrary } from './library.mjs';

const BATCH = 1_000;
const REALMS = 20;
const DOMAINS = 10;
const PEOPLE = 5_000;
const AGENTS = 10;
const RECORDS = 2_000;
const TUNNELS = 50;
const PERSONAS = 20;
const SYLLABLES = 'ka ri lo men tu sha bel dor fi gan hes jo wen zu pra'.split(' ');
/** The node that many facts are about, and how many. */
export const HUB = personOf(7);
const HUB_EDGES = 1_000;

/** Names as different as names are. */
export function personOf(index) {
  const syllable = (step) => SYLLABLES[Math.floor(index / 15 ** step + index * step) % 15];
  const [a, b, c, d, e] = [0, 1, 2, 3, 4].map(syllable);
  const capital = (name) => name[0].toUpperCase() + name.slice(1);
  return `${capital(`${a}${b}`)} ${capital(`${c}${d}${e}`)}${index}`;
}

const at = (list, index) => list[index % list.length];
const TOPICS = Array.from({ length: 40 }, (_, index) => `topic ${index}`);
const NAMES = ['Ada', 'Bo', 'Cy', 'Di', 'Ed', 'Flo', 'Gus', 'Hal', 'Ida', 'Jo', 'Kim', 'Lou'];
const WORDS = 'lighthouse keeper harbour garden engine violin lantern market bridge novel'.split(
  ' ',
);

const realmOf = (index) => `realm_${index % REALMS}`;
const domainOf = (index) => `domain_${Math.floor(index / REALMS) % DOMAINS}`;
const twoDigits = (number) => String(number).padStart(2, '0');

function textOf(index) {
  const lines = Array.from({ length: 6 }, (_, line) => {
    const [a, b] = [at(WORDS, index + line), at(WORDS, index * 7 + line * 3)];
    return `${at(NAMES, index + line)} told me about the ${a} and the ${b}, line ${line}.`;
  });
  return `Memory number ${index}. ${lines.join(' ')}`;
}

/** Half of them have a source, ten a file; the others are nobody's. */
function memory(index) {
  const source = `/notes/file-${Math.floor(index / (REALMS * DOMAINS))}-${index % 20}.md`;
  return {
    realm: realmOf(index),
    domain: domainOf(index),
    content: textOf(index),
    entity_id: `memory-${index}`,
    source_file: index % 2 === 0 ? source : undefined,
    metadata: {
      entities: [0, 1, 3].map((step) => at(NAMES, index + step)),
      topic: at(TOPICS, Math.floor(index / 7)),
      gate: `gate_${index % 7}`,
      date: `2026-${twoDigits((index % 12) + 1)}-${twoDigits((index % 28) + 1)}`,
      importance: (index % 5) + 1,
    },
  };
}

function fact(index) {
  const day = `20${twoDigits(10 + (index % 15))}-${twoDigits((index % 12) + 1)}-01`;
  const subject = index < HUB_EDGES ? HUB : personOf(index % 1_500);
  const about = {
    subject,
    predicate: `relates_${index % 25}`,
    object: `${at(WORDS, index)} ${index}`,
  };
  return { ...about, valid_from: index % 3 === 0 ? undefined : day };
}

/** Variants of names, of which the facts use some. */
function peopleMap(size) {
  return Object.fromEntries(
    Array.from({ length: size }, (_, index) => [`Dr ${personOf(index)}`, personOf(index)]),
  );
}

async function inBatches(count, make, write) {
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    await write(Array.from({ length: size }, (_, index) => make(from + index)));
  }
}

async function fill(dimension, size) {
  await inBatches(size, memory, (items) => dimension.batchAddEntities(items));
  await inBatches(size, fact, (items) => dimension.kg.batchAdd(items));
  await dimension.setPeopleMap(peopleMap(Math.min(PEOPLE, size)));
  for (let index = 0; index < Math.min(RECORDS, size); index += 1) {
    const topic = ['general', 'summary', 'pattern'][index % 3];
    await dimension.diaryWrite(`agent ${index % AGENTS}`, `Entry ${index}.`, { topic });
  }
  for (let index = 0; index < TUNNELS; index += 1) {
    await dimension.createTunnel({
      ...{ source_realm: realmOf(index), source_domain: domainOf(index) },
      ...{ target_realm: realmOf(index + 3), target_domain: domainOf(index + REALMS) },
      label: `tunnel ${index}`,
    });
  }
  for (let index = 0; index < PERSONAS; index += 1) {
    await dimension.createPersona(`persona ${index}`, { systemPrompt: `You are ${index}.` });
  }
  await dimension.setPersona('persona 3');
  await dimension.rebuildNodes();
}

/**
 * The folder of that dimension. The people map is mirrored in the user's settings: from here on
 * those of this process lie beside the dimension.
 */
export async function filledPalace(options, size) {
  const path = join(options.prepared, `palace-${size}`);
  process.env.ALT_MEMORY_HOME = join(options.prepared, `palace-${size}-settings`);
  if (existsSync(path)) return path;
  mkdirSync(process.env.ALT_MEMORY_HOME, { recursive: true });
  const { Dimension } = await importLibrary();
  const building = `${path}.${process.pid}`;
  const dimension = new Dimension({ path: building, embedder: 'numpy' });
  await dimension.init();
  await fill(dimension, size);
  await dimension.close();
  renameSync(building, path);
  return path;
}
