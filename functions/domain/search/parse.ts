import type { RawQuery, Warning, WarningCode } from './raw-tree.ts';
import { type Token, tokensOf } from './tokens.ts';
import { codeIn, wordsOf } from './words.ts';

export interface Parsed {
  readonly tree: RawQuery;
  readonly warnings: readonly Warning[];
}

/** Words, phrases, tokens of code and values of operators in one query: each costs the engine a look-up. */
export const MAX_CLAUSES = 32;
/** Groups inside of groups. */
const MAX_DEPTH = 5;
/** Words side by side. */
export const MAX_PHRASE = 64;
/** More of them help nobody. */
const MAX_WARNINGS = 16;
/** UTF-16 code units of a query's text that a warning repeats. */
const MAX_QUOTED = 80;

const MESSAGES: Readonly<Record<WarningCode, string>> = {
  unknown_operator: 'There is no operator of this name: it was searched as words.',
  unknown_value:
    'This was not found or is no value of the operator: it was searched as words, or left out beside others.',
  bad_date: 'This is no date: it was searched as words, or left out beside others.',
  empty_group: 'There is nothing to search for in these parentheses.',
  lone_operator: 'There is nothing here to join or to exclude: it was searched as a word, if it is one.',
  nothing_in_it: 'There is no letter, digit, picture or piece of code in this: it was left out.',
  too_deep: `Groups stand in at most ${MAX_DEPTH} others: the parentheses were left out.`,
  too_many_clauses: `A query has at most ${MAX_CLAUSES} words, phrases and values: this and all that follows was left out.`,
  phrase_too_long: `A phrase has at most ${MAX_PHRASE} words: the last ones were left out.`,
};

export const warning = (code: WarningCode, text: string): Warning => ({
  code,
  text: text.slice(0, MAX_QUOTED).toWellFormed(),
  message: MESSAGES[code],
});

/** `name:value` as people write it, not `https://…` and not `std::vector`. */
const LOOKS_LIKE_OPERATOR = /^\p{L}{2,}:[^:/\\]/u;
const BEGUN_WORD = /[\p{L}\p{M}\p{N}]\*$/u;
/** What ends a sentence rather than a piece of code. */
const SENTENCE_ENDS = '.!?\u2026,;:*';

function withoutSentenceEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SENTENCE_ENDS.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

type Joined = 'and' | 'or';

/** Several as one: without layers that mean nothing; undefined for none. */
function joined(op: Joined, nodes: readonly RawQuery[]): RawQuery | undefined {
  const flat = nodes.flatMap((node) => (node.op === op ? node.nodes : [node]));
  return flat.length > 1 ? { op, nodes: flat } : flat[0];
}

class Parser {
  readonly warnings: Warning[] = [];
  readonly #q: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #clauses = 0;
  /** Parentheses that were left out and are not closed yet. */
  #unheeded = 0;

  constructor(q: string) {
    this.#q = q;
    this.#tokens = tokensOf(q);
  }

  parse(): RawQuery {
    const tree = this.#either(0);
    if (tree) return tree;
    // Nothing asked for is everything; something that cannot be searched for is nothing.
    return { op: this.#tokens.length === 0 ? 'and' : 'or', nodes: [] };
  }

  #warn(code: WarningCode, { start, end }: { readonly start: number; readonly end: number }): void {
    const added = warning(code, this.#q.slice(start, end));
    const known = this.warnings.some(({ code, text }) => code === added.code && text === added.text);
    if (!known && this.warnings.length < MAX_WARNINGS) this.warnings.push(added);
  }

  /** Whether an operand begins at a token. */
  #begins(at: number): boolean {
    const token = this.#tokens[at];
    return token !== undefined && token.kind !== 'close' && (token.kind !== 'join' || token.word === 'NOT');
  }

  /** Alternatives, up to the end or the parenthesis that closes this group. */
  #either(depth: number): RawQuery | undefined {
    const nodes: RawQuery[] = [];
    for (;;) {
      nodes.push(...this.#all(depth));
      const token = this.#tokens[this.#at];
      if (token?.kind !== 'join') return joined('or', nodes);
      this.#at++;
    }
  }

  /** What must all be there, up to an `OR` between two operands or the end of the group: one node, or none. */
  #all(depth: number): RawQuery[] {
    const nodes: RawQuery[] = [];
    for (let operands = 0; ; operands++) {
      const token = this.#tokens[this.#at];
      if (!token) break;
      if (token.kind === 'close') {
        if (this.#unheeded === 0) break;
        this.#unheeded--;
        this.#at++;
        continue;
      }
      if (token.kind === 'join' && token.word !== 'NOT' && operands > 0 && this.#begins(this.#at + 1)) {
        if (token.word === 'OR') break;
        this.#at++;
      }
      const node = this.#operand(depth);
      if (node) nodes.push(node);
    }
    const node = joined('and', nodes);
    return node ? [node] : [];
  }

  #operand(depth: number): RawQuery | undefined {
    let negated = false;
    for (; ; this.#at++) {
      const token = this.#tokens[this.#at]!;
      const negates = token.kind === 'minus' || (token.kind === 'join' && token.word === 'NOT');
      if (!negates || !this.#begins(this.#at + 1)) break;
      negated = !negated;
    }
    const node = this.#unsigned(depth);
    if (!node || !negated) return node;
    return node.op === 'not' ? node.node : { op: 'not', node };
  }

  #unsigned(depth: number): RawQuery | undefined {
    const token = this.#tokens[this.#at++]!;
    if (token.kind === 'open') return this.#group(token, depth);
    if (token.kind === 'operator') return this.#operator(token);
    if (token.kind === 'join') {
      this.#warn('lone_operator', token);
      return this.#counted(token, wordsNode(wordsOf(token.word), false));
    }
    return token.kind === 'part' || token.kind === 'phrase' ? this.#written(token) : undefined;
  }

  #group(open: Token, depth: number): RawQuery | undefined {
    if (depth === MAX_DEPTH) {
      this.#warn('too_deep', open);
      this.#unheeded++;
      return undefined;
    }
    const node = this.#either(depth + 1);
    const end = this.#tokens[this.#at]?.end ?? this.#q.length;
    this.#at++;
    if (!node && this.#clauses <= MAX_CLAUSES) this.#warn('empty_group', { start: open.start, end });
    return node;
  }

  #operator(token: Token & { kind: 'operator' }): RawQuery | undefined {
    const written = token.values.map(({ text }) => text).filter((text) => text !== '');
    if (written.length === 0) {
      this.#warn('unknown_value', token);
      return this.#counted(token, wordsNode(wordsOf(token.name), false));
    }
    const values = written.filter(() => this.#counts(token));
    return values.length === 0 ? undefined : { op: 'operator', name: token.name, values };
  }

  #written(token: Token & { kind: 'part' | 'phrase' }): RawQuery | undefined {
    const { kind, text } = token;
    const words = wordsOf(text);
    const codes = codeIn(words.length === 0 ? text : withoutSentenceEnd(text));
    if (words.length === 0 && codes.length === 0) {
      this.#warn(text === '-' ? 'lone_operator' : 'nothing_in_it', token);
      return undefined;
    }
    if (kind === 'part' && LOOKS_LIKE_OPERATOR.test(text)) this.#warn('unknown_operator', token);
    if (words.length > MAX_PHRASE) this.#warn('phrase_too_long', token);
    const begun =
      kind === 'part' && BEGUN_WORD.test(text) && words.length <= MAX_PHRASE && [...words.at(-1)!].length > 1;
    const nodes: RawQuery[] = [
      ...(words.length === 0 ? [] : [wordsNode(words.slice(0, MAX_PHRASE), begun)]),
      ...codes.map((token): RawQuery => ({ op: 'code', token })),
    ];
    return joined(
      'and',
      nodes.filter(() => this.#counts(token)),
    );
  }

  #counted(token: Token, node: RawQuery): RawQuery | undefined {
    return this.#counts(token) ? node : undefined;
  }

  /** Whether one more clause is within the limit. */
  #counts(token: Token): boolean {
    if (this.#clauses === MAX_CLAUSES) this.#warn('too_many_clauses', token);
    return ++this.#clauses <= MAX_CLAUSES;
  }
}

const wordsNode = (words: readonly string[], prefix: boolean): RawQuery => ({ op: 'words', words, prefix });

/** What a query asks for, before names and dates are looked up. Never raises; in linear time. */
export function parse(q: string): Parsed {
  const parser = new Parser(q);
  return { tree: parser.parse(), warnings: parser.warnings };
}
