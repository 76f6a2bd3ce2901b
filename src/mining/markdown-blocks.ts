/**
 * Finds the blocks of a Markdown text line by line: headings, fenced code, HTML blocks, tables,
 * list items, paragraphs.
 *
 * Chunks are slices, so what this file misjudges costs a better place to cut, never text. What it
 * must get right is what opens a section: a `#` inside code, HTML or a list item does not.
 */

import { eachLine, isBlank } from './chunk.js';
import type { Span } from './sizes.js';

/** A heading with what stands below it up to the next heading. */
export interface MarkdownSection {
  readonly blocks: Span[];
  /** Texts of the headings in force, outermost first; empty before the first heading. */
  headings: readonly string[];
}

/** Only a paragraph can turn out to be a heading or a table by the line below it. */
type BlockKind = 'paragraph' | 'other';

/** Where a block of raw lines ends. */
interface RawEnd {
  readonly closes: (line: string) => boolean;
  /** Content column of the list item around it: a line further left ends the item and the block. */
  readonly itemIndent: number;
}

/** A heading longer than this is no title, and its text is repeated on every chunk below it. */
const LONGEST_HEADING = 200;

/** The marks of a rule are counted this far. */
const LONGEST_RULE = 1000;

const ATX = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const SETEXT = /^ {0,3}(?:=+|-+)[ \t]*$/;
const RULE = /^ {0,3}(?:[- \t]+|[* \t]+|[_ \t]+)$/;
const FENCE = /^[ \t]*(`{3,}|~{3,})(.*)$/;
const ITEM = /^[ \t]*(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)[ \t]*/;
const HTML = /^ {0,3}<(?:(!--)|(script|pre|style|textarea)(?=[\s>]|$))/i;

/** Sections of `text` from offset `from` on; together their blocks hold every non-blank line. */
export function markdownSections(text: string, from: number): MarkdownSection[] {
  const scanner = new BlockScanner(text);
  eachLine(text, from, (line, span) => scanner.take(line, span));
  return scanner.finish();
}

class BlockScanner {
  readonly #text: string;
  readonly #sections: MarkdownSection[] = [];
  #section: MarkdownSection = { blocks: [], headings: [] };
  /** True while the section holds nothing but headings. */
  #isBare = true;
  #outline: { level: number; title: string }[] = [];
  #open: { start: number; end: number; kind: BlockKind } | undefined;
  #lastLine: Span = { start: 0, end: 0 };
  #raw: RawEnd | undefined;
  /** Column at which the content of the outermost open list item starts; 0 outside a list. */
  #itemIndent = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(line: string, span: Span): void {
    if (this.#raw !== undefined && this.#takeRaw(line, span)) return;
    if (isBlank(line)) {
      this.#closeBlock();
      return;
    }
    const indent = indentOf(line);
    if (!this.#takeStart(line, span, indent)) this.#takeText(line, span, indent);
    this.#lastLine = span;
  }

  finish(): MarkdownSection[] {
    this.#closeBlock();
    this.#closeSection();
    return this.#sections;
  }

  /** Takes a line of a raw block; false when the line ended the block without being part of it. */
  #takeRaw(line: string, span: Span): boolean {
    const raw = this.#raw;
    if (raw === undefined || isBlank(line)) return true;
    if (indentOf(line) < raw.itemIndent) {
      this.#raw = undefined;
      this.#closeBlock();
      return false;
    }
    if (this.#open !== undefined) this.#open.end = span.end;
    if (raw.closes(line)) {
      this.#raw = undefined;
      this.#closeBlock();
    }
    return true;
  }

  /** Takes a line that starts a block of its own; false when it is a line of running text. */
  #takeStart(line: string, span: Span, indent: number): boolean {
    if (this.#takeSetext(line, span)) return true;
    const isInItem = this.#itemIndent > 0 && indent >= this.#itemIndent;
    if (!isInItem && this.#takeAtx(line, span)) return true;
    if (indent > 3 && !isInItem) return false;
    const closes = rawEnd(line);
    if (closes !== undefined) {
      this.#openBlock(span, 'other');
      if (!isInItem) this.#itemIndent = 0;
      this.#raw = { closes, itemIndent: this.#itemIndent };
      return true;
    }
    return this.#takeItem(line, span, indent);
  }

  #takeAtx(line: string, span: Span): boolean {
    const [, marks, title = ''] = ATX.exec(line) ?? [];
    if (marks === undefined) return false;
    this.#itemIndent = 0;
    this.#closeBlock();
    this.#addHeading(span, { level: marks.length, title: headingText(title) });
    return true;
  }

  #takeSetext(line: string, span: Span): boolean {
    const open = this.#open;
    if (open?.kind !== 'paragraph' || this.#itemIndent > 0) return false;
    if (!SETEXT.test(line)) return false;
    const title = headingText(this.#text.slice(open.start, open.end));
    this.#open = undefined;
    const block = { start: open.start, end: span.end };
    this.#addHeading(block, { level: line.trimStart().startsWith('=') ? 1 : 2, title });
    return true;
  }

  #takeItem(line: string, span: Span, indent: number): boolean {
    if (isRule(line)) {
      if (indent < this.#itemIndent) this.#itemIndent = 0;
      this.#openBlock(span, 'other');
      this.#closeBlock();
      return true;
    }
    const marker = ITEM.exec(line);
    if (marker === null) return false;
    this.#openBlock(span, 'other');
    if (this.#itemIndent === 0 || indent < this.#itemIndent) {
      // At least a marker and a space; more than four spaces are indented code in the item.
      this.#itemIndent = Math.max(indent + 2, Math.min(columnsOf(marker[0]), indent + 5));
    }
    this.#takeItemFence(line.slice(marker[0].length));
    return true;
  }

  /** "- ```sh": the fence opens on the line of the marker. */
  #takeItemFence(content: string): void {
    const closes = rawEnd(content);
    if (closes !== undefined) this.#raw = { closes, itemIndent: this.#itemIndent };
  }

  #takeText(line: string, span: Span, indent: number): void {
    if (this.#open === undefined) {
      if (indent < this.#itemIndent) this.#itemIndent = 0;
      const isParagraph = indent - this.#itemIndent < 4 && !line.trimStart().startsWith('>');
      this.#openBlock(span, isParagraph ? 'paragraph' : 'other');
      return;
    }
    const last = this.#lastLine;
    const isTable = this.#open.kind === 'paragraph' && isDelimiterRow(line);
    if (isTable && this.#text.slice(last.start, last.end).includes('|')) {
      // The line above is the table's header; what stands before it is a paragraph of its own.
      this.#open.end = Math.max(this.#open.start, last.start - 1);
      if (this.#open.start === last.start) this.#open = undefined;
      this.#openBlock({ start: last.start, end: span.end }, 'other');
      return;
    }
    this.#open.end = span.end;
  }

  #openBlock(span: Span, kind: BlockKind): void {
    this.#closeBlock();
    this.#open = { start: span.start, end: span.end, kind };
  }

  #closeBlock(): void {
    if (this.#open === undefined) return;
    this.#section.blocks.push({ start: this.#open.start, end: this.#open.end });
    this.#isBare = false;
    this.#open = undefined;
  }

  /** A heading right below a shallower one continues its section: a title alone is no memory. */
  #addHeading(block: Span, heading: { level: number; title: string }): void {
    const above = this.#outline.at(-1);
    const continues =
      this.#isBare && this.#section.blocks.length > 0 && (above?.level ?? 7) < heading.level;
    if (!continues) this.#closeSection();
    this.#outline = this.#outline.filter((open) => open.level < heading.level);
    this.#outline.push(heading);
    this.#section.blocks.push(block);
    this.#section.headings = this.#outline.map((open) => open.title).filter((title) => title);
  }

  #closeSection(): void {
    if (this.#section.blocks.length > 0) this.#sections.push(this.#section);
    this.#section = { blocks: [], headings: [] };
    this.#isBare = true;
  }
}

/** How the raw block that this line opens ends; undefined when it opens none. */
function rawEnd(line: string): RawEnd['closes'] | undefined {
  const [, run, info = ''] = FENCE.exec(line) ?? [];
  if (run === undefined) return htmlEnd(line);
  // Back quotes after the run make it code within a line.
  if (run.startsWith('`') && info.includes('`')) return undefined;
  return (later) => closesFence(later, run);
}

function htmlEnd(line: string): RawEnd['closes'] | undefined {
  const [opening, comment, tag = ''] = HTML.exec(line) ?? [];
  if (opening === undefined) return undefined;
  const end = comment === undefined ? `</${tag.toLowerCase()}>` : '-->';
  // A block that ends on the line it opens on is running text like any other.
  if (line.toLowerCase().includes(end)) return undefined;
  return (later) => later.toLowerCase().includes(end);
}

function closesFence(line: string, run: string): boolean {
  const text = line.trim();
  return text.length >= run.length && text === run.charAt(0).repeat(text.length);
}

/** Three or more of one mark; counted, as a repeated group would overflow on a long line. */
function isRule(line: string): boolean {
  return RULE.test(line) && line.slice(0, LONGEST_RULE).replace(/[ \t]/g, '').length >= 3;
}

function isDelimiterRow(line: string): boolean {
  return /^[ \t|:-]+$/.test(line) && line.includes('|') && line.includes('-');
}

function headingText(raw: string): string {
  const text = raw.slice(0, LONGEST_HEADING).replace(/[\uD800-\uDBFF]$/, '');
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?:^| )#+$/, '');
}

function indentOf(line: string): number {
  return columnsOf(/^[ \t]*/.exec(line)?.[0] ?? '');
}

/** Width of the text in columns, a tab reaching to the next multiple of four. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character === '\t' ? 4 - (columns % 4) : 1;
  return columns;
}
