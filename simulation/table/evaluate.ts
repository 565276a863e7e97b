import { BadExpression, type Condition, type Operand, type Path, type Step, type Update } from './syntax.ts';
import { compareText, compareValues, equal, type Item, sizeOf, type Value } from './value.ts';

/** What an expression stands in: names and values it may speak of. */
export interface Scope {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Value>>;
}

const nameOf = (step: string, { names }: Scope): string => {
  if (!step.startsWith('#')) return step;
  const name = names[step];
  if (name === undefined) throw new BadExpression(`${step} has no name`);
  return name;
};

const child = (value: Value | undefined, step: Step, scope: Scope): Value | undefined => {
  if (value === undefined) return undefined;
  if (typeof step === 'number') return 'L' in value ? value.L[step] : undefined;
  return 'M' in value ? own(value.M, nameOf(step, scope)) : undefined;
};

/** An attribute of an item; never what every object has. */
const own = (item: Item, name: string): Value | undefined => (Object.hasOwn(item, name) ? item[name] : undefined);

/** What stands at a path of an item; undefined when nothing does. */
export const valueAt = (item: Item | undefined, path: Path, scope: Scope): Value | undefined => {
  if (!item) return undefined;
  let value = own(item, nameOf(path[0] as string, scope));
  for (let at = 1; at < path.length; at++) value = child(value, path[at]!, scope);
  return value;
};

const number = (value: Value | undefined): number => {
  if (value === undefined) throw new BadExpression('an operand of a sum does not exist in the item');
  if (!('N' in value)) throw new BadExpression('an operand of a sum is no number');
  return Number(value.N);
};

const list = (value: Value | undefined): readonly Value[] => {
  if (value === undefined || !('L' in value)) throw new BadExpression('an operand of list_append is no list');
  return value.L;
};

/** What an operand says of an item. */
export function evaluate(operand: Operand, item: Item | undefined, scope: Scope): Value | undefined {
  if ('path' in operand) return valueAt(item, operand.path, scope);
  if ('value' in operand) {
    const value = scope.values[operand.value];
    if (value === undefined) throw new BadExpression(`${operand.value} has no value`);
    return value;
  }
  if ('size' in operand) {
    const value = valueAt(item, operand.size, scope);
    return value && { N: String(sizeOf(value)) };
  }
  if ('ifNotExists' in operand)
    return valueAt(item, operand.ifNotExists, scope) ?? evaluate(operand.otherwise, item, scope);
  if ('append' in operand) {
    const [first, second] = operand.append;
    return { L: [...list(evaluate(first, item, scope)), ...list(evaluate(second, item, scope))] };
  }
  const [left, right] = operand.sum;
  return { N: String(number(evaluate(left, item, scope)) + operand.sign * number(evaluate(right, item, scope))) };
}

const ordered = (by: string, order: number): boolean =>
  by === '<' ? order < 0 : by === '<=' ? order <= 0 : by === '>' ? order > 0 : order >= 0;

const contains = (whole: Value, part: Value): boolean => {
  if ('S' in whole) return 'S' in part && whole.S.includes(part.S);
  if ('SS' in whole) return 'S' in part && whole.SS.includes(part.S);
  if ('NS' in whole) return 'N' in part && whole.NS.some((member) => Number(member) === Number(part.N));
  return 'L' in whole && whole.L.some((member) => equal(member, part));
};

/** Whether a condition holds for an item, or for there being none. */
export function holds(condition: Condition, item: Item | undefined, scope: Scope): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.parts[0], item, scope) && holds(condition.parts[1], item, scope);
    case 'or':
      return holds(condition.parts[0], item, scope) || holds(condition.parts[1], item, scope);
    case 'not':
      return !holds(condition.part, item, scope);
    case 'exists':
      return (valueAt(item, condition.path, scope) !== undefined) === condition.wanted;
    case 'compare': {
      const left = evaluate(condition.left, item, scope);
      const right = evaluate(condition.right, item, scope);
      if (condition.by === '<>') return left === undefined || right === undefined || !equal(left, right);
      if (left === undefined || right === undefined) return false;
      if (condition.by === '=') return equal(left, right);
      const order = compareValues(left, right);
      return order !== undefined && ordered(condition.by, order);
    }
    case 'between': {
      const of = evaluate(condition.of, item, scope);
      const low = evaluate(condition.low, item, scope);
      const high = evaluate(condition.high, item, scope);
      if (!of || !low || !high) return false;
      return (compareValues(of, low) ?? -1) >= 0 && (compareValues(of, high) ?? 1) <= 0;
    }
    case 'in': {
      const of = evaluate(condition.of, item, scope);
      return of !== undefined && condition.list.some((one) => equal(of, evaluate(one, item, scope)!));
    }
    case 'begins': {
      const of = evaluate(condition.of, item, scope);
      const what = evaluate(condition.what, item, scope);
      return !!of && !!what && 'S' in of && 'S' in what && of.S.startsWith(what.S);
    }
    case 'contains': {
      const of = evaluate(condition.of, item, scope);
      const what = evaluate(condition.what, item, scope);
      return !!of && !!what && contains(of, what);
    }
  }
}

/** A copy of a map with another value at a path, or without one. What leads there must exist. */
const withAt = (map: Item, path: Path, scope: Scope, value: Value | undefined): Item => {
  const name = nameOf(path[0] as string, scope);
  if (path.length === 1) {
    if (value !== undefined) return { ...map, [name]: value };
    const { [name]: _, ...rest } = map;
    return rest;
  }
  const parent = own(map, name);
  if (parent === undefined || !('M' in parent) || typeof path[1] === 'number') {
    if (value === undefined) return map;
    throw new BadExpression('The document path provided in the update expression is invalid for update');
  }
  return { ...map, [name]: { M: withAt(parent.M, path.slice(1), scope, value) } };
};

const added = (before: Value | undefined, value: Value): Value => {
  if (before === undefined) return value;
  if ('N' in before && 'N' in value) return { N: String(Number(before.N) + Number(value.N)) };
  if ('SS' in before && 'SS' in value) return { SS: [...new Set([...before.SS, ...value.SS])].sort(compareText) };
  throw new BadExpression('An operand in the update expression has an incorrect data type');
};

const without = (before: Value | undefined, value: Value): Value | undefined => {
  if (before === undefined) return undefined;
  if (!('SS' in before && 'SS' in value))
    throw new BadExpression('An operand in the update expression has an incorrect data type');
  const left = before.SS.filter((member) => !value.SS.includes(member));
  return left.length > 0 ? { SS: left } : undefined;
};

/** An item after an update. Everything is read from the item as it was before. */
export function updated(update: Update, before: Item | undefined, key: Item, scope: Scope): Item {
  const was = before ?? key;
  const changes: [Path, Value | undefined][] = [];
  for (const { path, to } of update.set) {
    const value = evaluate(to, before, scope);
    if (value === undefined)
      throw new BadExpression('The provided expression refers to an attribute that does not exist in the item');
    changes.push([path, value]);
  }
  for (const { path, value } of update.add)
    changes.push([path, added(valueAt(before, path, scope), scope.values[value]!)]);
  for (const { path, value } of update.delete)
    changes.push([path, without(valueAt(before, path, scope), scope.values[value]!)]);
  for (const path of update.remove) changes.push([path, undefined]);
  let item = was;
  for (const [path, value] of changes) item = withAt(item, path, scope, value);
  return item;
}

/** A copy of an item with a value at a path of maps that may not be there yet. */
export const grafted = (item: Item, [name = '', ...rest]: readonly string[], value: Value): Item => {
  if (rest.length === 0) return { ...item, [name]: value };
  const parent = item[name];
  return { ...item, [name]: { M: grafted(parent && 'M' in parent ? parent.M : {}, rest, value) } };
};
