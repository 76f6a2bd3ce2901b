/**
 * The scalars and lists at the top level of a Markdown file's frontmatter (YAML between `---`, TOML
 * between `+++`).
 *
 * Only lines that can be nothing but frontmatter are taken for it: prose between two rules is text,
 * and taking it for frontmatter would lose it.
 */

/** What was read, and the offset at which the body starts. Keys are in lower case. */
export interface Frontmatter {
  readonly fields: ReadonlyMap<string, string | readonly string[]>;
  readonly bodyStart: number;
}

/** No frontmatter is longer; without a bound a lone `---` would have a whole file searched. */
const LONGEST_FRONTMATTER = 65_536;

interface Dialect {
  readonly closing: RegExp;
  readonly key: RegExp;
  readonly other: RegExp;
}

const YAML: Dialect = {
  closing: /^(?:---|\.\.\.)[ \t]*$/,
  key: /^["']?([\p{L}\p{N}_.@$-][\p{L}\p{N}_.@$ -]{0,100}?)["']?[ \t]*:(?:[ \t]+(.*))?$/u,
  other: /^(?:[ \t].*|#.*|-(?:[ \t].*)?|[\]}].*)?$/,
};
const TOML: Dialect = {
  closing: /^\+\+\+[ \t]*$/,
  key: /^["']?([\w.-]+)["']?[ \t]*=[ \t]*(.*)$/,
  other: /^(?:[ \t].*|#.*|\[.*|\].*)?$/,
};

/** The frontmatter that opens the text, or undefined when the text does not start with one. */
export function readFrontmatter(text: string): Frontmatter | undefined {
  const head = text.slice(0, LONGEST_FRONTMATTER);
  const opening = /^(---|\+\+\+)[ \t]*\n/.exec(head);
  if (opening === null) return undefined;
  const dialect = opening[1] === '---' ? YAML : TOML;
  const fields = new Map<string, string | readonly string[]>();
  let listKey: string | undefined;
  let inTable = false;
  let position = opening[0].length;
  for (const line of head.slice(position).split('\n')) {
    position += line.length + 1;
    if (dialect.closing.test(line)) return closed(fields, Math.min(position, text.length));
    const key = dialect.key.exec(line);
    if (key === null && !dialect.other.test(line)) return undefined;
    inTable ||= dialect === TOML && line.startsWith('[');
    if (key?.[1] !== undefined && !inTable) {
      listKey = key[1].toLowerCase();
      fields.set(listKey, readValue(key[2] ?? ''));
    } else if (listKey !== undefined) {
      addListItem(fields, listKey, line);
    }
  }
  return undefined;
}

function closed(fields: Frontmatter['fields'], bodyStart: number): Frontmatter | undefined {
  return fields.size === 0 ? undefined : { fields, bodyStart };
}

function readValue(raw: string): string | readonly string[] {
  const value = raw.trim();
  if (value.startsWith('[') && value.endsWith(']')) {
    const items = value.slice(1, -1).match(/"[^"]*"|'[^']*'|[^,]+/g) ?? [];
    return items.map(unquote).filter((item) => item !== '');
  }
  // A block scalar's text is on the lines below; no field that is used here is written that way.
  return /^[|>][+-]?\d?$/.test(value) ? '' : unquote(value);
}

function addListItem(
  fields: Map<string, string | readonly string[]>,
  key: string,
  line: string,
): void {
  const item = /^[ \t]*-[ \t]+(\S.*)$/.exec(line)?.[1];
  const before = fields.get(key);
  if (item === undefined || before === undefined) return;
  if (before === '') fields.set(key, [unquote(item)]);
  else if (typeof before !== 'string') fields.set(key, [...before, unquote(item)]);
}

function unquote(raw: string): string {
  const value = raw.trim();
  const double = /^"((?:[^"\\]|\\.)*)"/.exec(value)?.[1];
  if (double !== undefined) return double.replace(/\\(["\\/])/g, '$1');
  const single = /^'((?:[^']|'')*)'/.exec(value)?.[1];
  if (single !== undefined) return single.replaceAll("''", "'");
  const comment = value.search(/(?:^|\s)#/);
  return comment === -1 ? value : value.slice(0, comment).trim();
}
