/** A value in DynamoDB's own notation, as far as items of ours have such. */
export type Value =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly B: string }
  | { readonly L: readonly Value[] }
  | { readonly M: Item }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] };

/** An item, or a map within one. Never changed in place: whoever reads one may keep it. */
export interface Item {
  readonly [name: string]: Value;
}

/** The one type name of a value and what it holds. */
const partsOf = (value: Value): [type: string, held: unknown] => {
  for (const type in value) return [type, (value as unknown as Record<string, unknown>)[type]];
  throw new TypeError('a value without a type');
};

/** Order of two texts by their UTF-8 bytes, without making them: only surrogates sort otherwise in UTF-16. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x === y) continue;
    const [surrogateX, surrogateY] = [x >= 0xd800 && x <= 0xdfff, y >= 0xd800 && y <= 0xdfff];
    if (surrogateX === surrogateY) return x - y;
    return surrogateX ? 1 : -1;
  }
  return a.length - b.length;
}

/** Order of two values of one type; undefined when they cannot be compared. */
export function compareValues(a: Value, b: Value): number | undefined {
  if ('S' in a && 'S' in b) return compareText(a.S, b.S);
  if ('N' in a && 'N' in b) return Number(a.N) - Number(b.N);
  if ('B' in a && 'B' in b) return Buffer.compare(Buffer.from(a.B, 'base64'), Buffer.from(b.B, 'base64'));
  return undefined;
}

/** Whether two values are equal; sets have no order. */
export function equal(a: Value, b: Value): boolean {
  const [type, x] = partsOf(a);
  const [other, y] = partsOf(b);
  if (type !== other) return false;
  switch (type) {
    case 'N':
      return Number(x) === Number(y);
    case 'L': {
      const [first, second] = [x as Value[], y as Value[]];
      return first.length === second.length && first.every((value, index) => equal(value, second[index]!));
    }
    case 'M': {
      const [first, second] = [x as Item, y as Item];
      const names = Object.keys(first);
      return (
        names.length === Object.keys(second).length &&
        names.every((name) => second[name] !== undefined && equal(first[name]!, second[name]))
      );
    }
    case 'SS':
    case 'NS': {
      const [first, second] = [x as string[], new Set(y as string[])];
      return first.length === second.size && first.every((member) => second.has(member));
    }
    default:
      return x === y;
  }
}

/** What `size()` says of a value: bytes of a text, entries of what has entries. */
export function sizeOf(value: Value): number {
  const [type, held] = partsOf(value);
  if (type === 'S') return Buffer.byteLength(held as string);
  if (type === 'M') return Object.keys(held as Item).length;
  return (held as { readonly length: number }).length;
}
