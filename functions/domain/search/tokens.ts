import { OPERATOR_NAMES, type OperatorName } from './raw-tree.ts';

interface Span {
  /** Where it stands in the query (UTF-16 code units). */
  readonly start: number;
  readonly end: number;
}

/** One of the values of an operator, without its quotes; its place is with them. It may be empty. */
export interface Value extends Span {
  readonly text: string;
}

export type Token = Span &
  (
    | { readonly kind: 'open' | 'close' | 'minus' }
    | { readonly kind: 'join'; readonly word: 'OR' | 'AND' | 'NOT' }
    /** Without its quotes. */
    | { readonly kind: 'phrase'; readonly text: string }
    /** What has no space in it. */
    | { readonly kind: 'part'; readonly text: string }
    | { readonly kind: 'operator'; readonly name: OperatorName; readonly values: readonly Value[] }
  );

/** Straight and typographic double quotes; any of them ends what any of them began. */
const QUOTE = /["\u00ab\u00bb\u201c\u201d\u201e\u201f]/;
const SPACE = /\s/;
const JOINS: ReadonlySet<string> = new Set(['OR', 'AND', 'NOT']);
const NAMES: ReadonlySet<string> = new Set(OPERATOR_NAMES);
const NAME = /([a-z]+):/iy;

/** A minus before one of these is a piece of code (`->`, `--`), unless a name begins here (`-@ada`, `-#general`). */
const SYMBOL = /[!#$%&*+\-./:;<=>?@\\^_`|~,)]/;
const MARKED_NAME = /[#@][\p{L}\p{N}]/uy;

/** Full-width forms, as keyboards for Chinese and Japanese write them, and the typographic minus: same length, same meaning. */
const plain = (q: string): string =>
  q.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)).replaceAll('\u2212', '-');

/** Reads a query from its beginning to its end, once. */
class Reader {
  readonly tokens: Token[] = [];
  readonly #text: string;
  #at = 0;
  /** Groups that are open here. */
  #open = 0;

  constructor(q: string) {
    this.#text = plain(q);
  }

  read(): Token[] {
    while (this.#at < this.#text.length) {
      if (SPACE.test(this.#here)) this.#at++;
      else this.#token();
    }
    return this.tokens;
  }

  get #here(): string {
    return this.#text.charAt(this.#at);
  }

  #token(): void {
    const start = this.#at;
    const put = (kind: 'open' | 'close' | 'minus') => this.tokens.push({ kind, start, end: ++this.#at });
    if (this.#here === '(') {
      this.#open++;
      put('open');
    } else if (this.#here === ')' && this.#open > 0) {
      this.#open--;
      put('close');
    } else if (this.#here === '-' && this.#negates()) put('minus');
    else if (QUOTE.test(this.#here)) {
      const text = this.#quoted();
      this.tokens.push({ kind: 'phrase', text, start, end: this.#at });
    } else this.#partOrOperator(start);
  }

  #negates(): boolean {
    const next = this.#text.charAt(this.#at + 1);
    if (next === '' || SPACE.test(next)) return false;
    MARKED_NAME.lastIndex = this.#at + 1;
    return !SYMBOL.test(next) || MARKED_NAME.test(this.#text);
  }

  /** What stands in quotes from here on; a quote that is not closed reaches to the end. */
  #quoted(): string {
    const from = ++this.#at;
    while (this.#at < this.#text.length && !QUOTE.test(this.#here)) this.#at++;
    return this.#text.slice(from, this.#at++);
  }

  #partOrOperator(start: number): void {
    NAME.lastIndex = start;
    const name = NAME.exec(this.#text)?.[1]?.toLowerCase();
    if (name !== undefined && NAMES.has(name)) {
      this.#at = NAME.lastIndex;
      const values = this.#values();
      this.tokens.push({ kind: 'operator', name: name as OperatorName, values, start, end: this.#at });
      return;
    }
    const text = this.#unquoted();
    const negated = this.tokens.at(-1)?.kind === 'minus' && this.tokens.at(-1)?.end === start;
    const place = { start, end: this.#at };
    if (JOINS.has(text) && !negated) this.tokens.push({ kind: 'join', word: text as 'OR', ...place });
    else this.tokens.push({ kind: 'part', text, ...place });
  }

  #values(): Value[] {
    const values: Value[] = [];
    do {
      if (values.length > 0) this.#at++;
      const start = this.#at;
      const text = QUOTE.test(this.#here) ? this.#quoted() : this.#unquoted(',');
      values.push({ text: text.trim(), start, end: Math.min(this.#at, this.#text.length) });
    } while (this.#here === ',');
    return values;
  }

  /** Up to a space, a quote, a character of `ends`, or the end of a group that began before it. */
  #unquoted(ends = ''): string {
    const from = this.#at;
    for (let open = 0; this.#at < this.#text.length; this.#at++) {
      if (SPACE.test(this.#here) || QUOTE.test(this.#here) || (ends !== '' && ends === this.#here)) break;
      if (this.#here === '(') open++;
      else if (this.#here === ')' && --open < 0 && this.#open > 0) break;
    }
    return this.#text.slice(from, this.#at);
  }
}

/** The pieces of a query, in order. There is no query that has none but a blank one. Never raises; in linear time. */
export const tokensOf = (q: string): readonly Token[] => new Reader(q).read();
