/**
 * The scalars and lists at the top level of a Markdown file's frontmatter (YAML between `---`, TOML
 * between `+++`).
 *
 * Only lines that can be nothing but frontmatter are taken for it: prose between two rules is text,
 * and taking it for frontmatter would lose it.
 */

type FieldValue = string | readonly string[];

/** What was read, and the offset at which the body starts. Keys are in lower case. */
export interface Frontmatter {
  readonly fields: ReadonlyMap<string, FieldValue>;
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
  const lines: string[] = [];
  let position = opening[0].length;
  for (const line of head.slice(position).split('\n')) {
    position += line.length + 1;
    if (dialect.closing.test(line)) {
      const fields = readFields(lines, dialect);
      return fields.size === 0 ? undefined : { fields, bodyStart: Math.min(position, text.length) };
    }
    if (!dialect.key.test(line) && !dialect.other.test(line)) return undefined;
    lines.push(line);
  }
  return undefined;
}

function readFields(lines: readonly string[], dialect: Dialect): Map<string, FieldValue> {
  const fields = new Map<string, FieldValue>();
  let listKey: string | undefined;
  for (const line of lines) {
    // Keys below a TOML table are not at the top level.
    if (dialect === TOML && line.startsWith('[')) break;
    const [, key, value = ''] = dialect.key.exec(line) ?? [];
    if (key !== undefined) {
      listKey = key.toLowerCase();
      fields.set(listKey, readValue(value));
    } else if (listKey !== undefined) {
      addListItem(fields, listKey, line);
    }
  }
  return fields;
}

function readValue(raw: string): FieldValue {
  const value = raw.trim();
  if (value.startsWith('[') && value.endsWith(']')) {
    const items = value.slice(1, -1).match(/"[^"]*"|'[^']*'|[^,]+/g) ?? [];
    return items.map(unquote).filter((item) => item !== '');
  }
  // A block scalar's text is on the lines below; no field that is used here is written that way.
  return /^[|>][+-]?\d?$/.test(value) ? '' : unquote(value);
}

function addListItem(fields: Map<string, FieldValue>, key: string, line: string): void {
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
