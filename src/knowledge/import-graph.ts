/** Taking in what a knowledge_graph.json holds. */
import { factById, termsOf } from '../../projections/index.js';
import { change, newId, type Session } from '../session.js';
import { checkId, checkShape } from '../values.js';
import { checkTerm, type CheckedDetails, type CheckedTriple } from './fact.js';
import { atIndex, checkFacts, type NewFact } from './facts.js';
import { Ledger } from './ledger.js';
import { namesNow } from './people.js';
import { checkProperties, checkType, termDefined, UNKNOWN, type Term } from './terms.js';

/** The parts of a knowledge_graph.json that are read; other fields are left. */
export interface GraphToImport {
  readonly facts: readonly (NewFact & { readonly id?: string | undefined })[];
  readonly entities?: readonly Partial<Omit<Term, 'key'>>[] | undefined;
}

export interface GraphImported {
  /** Facts that are new. */
  readonly imported: number;
  /** Facts that were known. */
  readonly skipped: number;
  /** Names that were defined. */
  readonly defined: number;
}

interface Item {
  readonly id: string | undefined;
  readonly triple: CheckedTriple;
  readonly details: CheckedDetails;
}

/** Facts a commit. */
const COMMIT_FACTS_MAX = 500;

/**
 * Says what a knowledge_graph.json says; what is known already stays as it is, so that taking a
 * file in twice, or one's own, changes nothing.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE naming the item that is wrong; nothing is kept
 */
export async function importGraph(session: Session, file: GraphToImport): Promise<GraphImported> {
  checkShape(file, 'object', 'The knowledge graph');
  const { facts = [], entities = [] } = file;
  checkShape(facts, 'list', 'facts');
  checkShape(entities, 'list', 'entities');
  const checked = checkFacts(facts);
  const items = checked.map((item, index) => {
    return atIndex(index, () => ({ ...item, id: checkId(facts[index]?.id, 'id') }));
  });
  const terms = entities.flatMap((entity, index) => {
    return atIndex(index, () => checkEntity(entity), 'entities');
  });
  const defined = await define(session, terms);
  let imported = 0;
  for (let at = 0; at < items.length; at += COMMIT_FACTS_MAX) {
    imported += await say(session, items.slice(at, at + COMMIT_FACTS_MAX));
  }
  return { imported, skipped: items.length - imported, defined };
}

/** Nothing where nothing is said but the name. */
function checkEntity(entity: Partial<Omit<Term, 'key'>>): Term[] {
  checkShape(entity, 'object', 'The name');
  const { name, key } = checkTerm(entity.name, 'name');
  const type = checkType(entity.type ?? UNKNOWN);
  const properties = checkProperties(entity.properties ?? {});
  const isBare = type === UNKNOWN && Object.keys(properties).length === 0;
  return isBare ? [] : [{ key, name, type, properties }];
}

function define(session: Session, terms: readonly Term[]): Promise<number> {
  if (terms.length === 0) return Promise.resolve(0);
  return change<number>(session, {
    decide(db) {
      const unknown = terms.filter(({ key }) => termsOf(db, [key]).length === 0);
      const events = unknown.map((term) => termDefined(session, term));
      return { events, result: events.length };
    },
  });
}

function say(session: Session, items: readonly Item[]): Promise<number> {
  return change<number>(session, {
    decide(db) {
      const ledger = new Ledger(session, db, namesNow(session, db));
      let count = 0;
      for (const { id, triple, details } of items) {
        const known = id === undefined ? undefined : factById(db, id);
        if (known) continue;
        const ofItem = id ?? newId(session, 'fact', { index: 0 });
        const said = ledger.assert({ id: ofItem, triple, details, replace: false });
        if (said.created) count += 1;
      }
      return { events: ledger.events, result: count };
    },
  });
}
