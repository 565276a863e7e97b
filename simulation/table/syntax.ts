/** One step of a document path: an attribute (or `#name`) or an index of a list. */
export type Step = string | number;

/** Where a value stands in an item. */
export type Path = readonly Step[];

export type Operand =
  | { readonly path: Path }
  | { readonly value: string }
  | { readonly size: Path }
  | { readonly ifNotExists: Path; readonly otherwise: Operand }
  | { readonly append: readonly [Operand, Operand] }
  | { readonly sum: readonly [Operand, Operand]; readonly sign: 1 | -1 };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly [Condition, Condition] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'compare'; readonly by: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly of: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly of: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'exists'; readonly path: Path; readonly wanted: boolean }
  | { readonly kind: 'begins' | 'contains'; readonly of: Operand; readonly what: Operand };

export interface Update {
  readonly set: readonly { readonly path: Path; readonly to: Operand }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly value: string }[];
  readonly delete: readonly { readonly path: Path; readonly value: string }[];
}

/** An expression that DynamoDB would not take either, or one of a form that no code of ours uses. */
export class BadExpression extends Error {
  override readonly name = 'BadExpression';
}

const TOKEN = /\s*(<>|<=|>=|[()=<>,.[\]+-]|[#:]?[A-Za-z0-9_]+)/gy;
const COMPARATORS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const SECTIONS: readonly string[] = ['SET', 'REMOVE', 'ADD', 'DELETE'];

/** Reads the expressions of DynamoDB: conditions, updates and lists of paths. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = [...text.trim().matchAll(TOKEN)].map((match) => match[1]!);
    if (this.#tokens.join('') !== text.replaceAll(/\s+/g, '')) throw new BadExpression(`cannot read: ${text}`);
  }

  get next(): string | undefined {
    return this.#tokens[this.#at];
  }

  take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new BadExpression('the expression ends too early');
    return token;
  }

  /** Takes the token when it comes next, in any case of letters. */
  takes(token: string): boolean {
    const found = this.next?.toUpperCase() === token.toUpperCase();
    if (found) this.#at++;
    return found;
  }

  expect(token: string): void {
    if (!this.takes(token)) throw new BadExpression(`${token} was expected before ${this.next}`);
  }

  list<T>(read: () => T): T[] {
    const found = [read()];
    while (this.takes(',')) found.push(read());
    return found;
  }

  path(): Path {
    const steps: Step[] = [this.take()];
    for (;;) {
      if (this.takes('.')) steps.push(this.take());
      else if (this.takes('[')) {
        steps.push(Number(this.take()));
        this.expect(']');
      } else return steps;
    }
  }

  operand(): Operand {
    const token = this.next ?? '';
    if (token.startsWith(':')) return { value: this.take() };
    const name = token.toLowerCase();
    if (this.#tokens[this.#at + 1] !== '(') return { path: this.path() };
    this.#at += 2;
    const inside = (): Operand => {
      if (name === 'size') return { size: this.path() };
      if (name === 'if_not_exists') {
        const path = this.path();
        this.expect(',');
        return { ifNotExists: path, otherwise: this.operand() };
      }
      if (name !== 'list_append') throw new BadExpression(`unknown function ${token}`);
      const first = this.operand();
      this.expect(',');
      return { append: [first, this.operand()] };
    };
    const found = inside();
    this.expect(')');
    return found;
  }

  /** The right side of a SET: an operand, or two with + or - between. */
  assigned(): Operand {
    const left = this.operand();
    if (this.takes('+')) return { sum: [left, this.operand()], sign: 1 };
    if (this.takes('-')) return { sum: [left, this.operand()], sign: -1 };
    return left;
  }

  condition(): Condition {
    let left = this.conjunction();
    while (this.takes('OR')) left = { kind: 'or', parts: [left, this.conjunction()] };
    return left;
  }

  conjunction(): Condition {
    let left = this.factor();
    while (this.takes('AND')) left = { kind: 'and', parts: [left, this.factor()] };
    return left;
  }

  factor(): Condition {
    if (this.takes('NOT')) return { kind: 'not', part: this.factor() };
    if (this.takes('(')) {
      const inner = this.condition();
      this.expect(')');
      return inner;
    }
    const name = this.next?.toLowerCase();
    if (name === 'attribute_exists' || name === 'attribute_not_exists') {
      this.#at += 2;
      const path = this.path();
      this.expect(')');
      return { kind: 'exists', path, wanted: name === 'attribute_exists' };
    }
    if (name === 'begins_with' || name === 'contains') {
      this.#at += 2;
      const of = this.operand();
      this.expect(',');
      const what = this.operand();
      this.expect(')');
      return { kind: name === 'contains' ? 'contains' : 'begins', of, what };
    }
    return this.comparison();
  }

  comparison(): Condition {
    const left = this.operand();
    if (this.takes('BETWEEN')) {
      const low = this.operand();
      this.expect('AND');
      return { kind: 'between', of: left, low, high: this.operand() };
    }
    if (this.takes('IN')) {
      this.expect('(');
      const list = this.list(() => this.operand());
      this.expect(')');
      return { kind: 'in', of: left, list };
    }
    const by = this.take();
    if (!COMPARATORS.includes(by)) throw new BadExpression(`${by} compares nothing`);
    return { kind: 'compare', by: by as Comparator, left, right: this.operand() };
  }

  update(): Update {
    const update = { set: [], remove: [], add: [], delete: [] } as {
      set: { path: Path; to: Operand }[];
      remove: Path[];
      add: { path: Path; value: string }[];
      delete: { path: Path; value: string }[];
    };
    while (this.next !== undefined) {
      const section = this.take().toUpperCase();
      if (!SECTIONS.includes(section)) throw new BadExpression(`unknown section ${section}`);
      if (section === 'SET')
        update.set.push(
          ...this.list(() => {
            const path = this.path();
            this.expect('=');
            return { path, to: this.assigned() };
          }),
        );
      else if (section === 'REMOVE') update.remove.push(...this.list(() => this.path()));
      else
        update[section === 'ADD' ? 'add' : 'delete'].push(
          ...this.list(() => ({ path: this.path(), value: this.take() })),
        );
    }
    return update;
  }

  ended<T>(found: T): T {
    if (this.next !== undefined) throw new BadExpression(`unexpected ${this.next}`);
    return found;
  }
}

/** Each text is read once: code writes few expressions. */
const cached = <T>(read: (reader: Reader) => T): ((text: string) => T) => {
  const known = new Map<string, T>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      const reader = new Reader(text);
      found = reader.ended(read(reader));
      known.set(text, found);
    }
    return found;
  };
};

export const conditionIn = cached((reader) => reader.condition());
export const updateIn = cached((reader) => reader.update());
export const pathsIn = cached((reader) => reader.list(() => reader.path()));
