import fc from 'fast-check';
import type { JsonSchema } from '#contract/json-schema.ts';

type Json = fc.JsonValue;

/** Values that a JSON Schema admits, as far as those of our documents go; its examples come up often. */
export function valuesOf(schema: JsonSchema, named: Readonly<Record<string, JsonSchema>>): fc.Arbitrary<unknown> {
  const { examples, ...rest } = schema as { examples?: unknown[] };
  if (examples)
    return fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...examples) },
      { weight: 1, arbitrary: valuesOf(rest, named) },
    );
  const of = (part: unknown): fc.Arbitrary<unknown> => valuesOf(part as JsonSchema, named);
  if (typeof schema.$ref === 'string') return of(named[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)]);
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const branches = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(branches)) return fc.oneof(...branches.map(of));
  if (Array.isArray(schema.allOf)) return of(schema.allOf[0]);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectOf(schema, of);
    case 'array': {
      const { minItems: minLength = 0, maxItems = 4 } = schema as { minItems?: number; maxItems?: number };
      return fc.array(of(schema.items ?? {}), { minLength, maxLength: Math.max(minLength, Math.min(maxItems, 4)) });
    }
    case 'string':
      return stringOf(schema);
    case 'integer':
    case 'number': {
      const { minimum: min = -10, maximum: max = 1_000_000 } = schema as { minimum?: number; maximum?: number };
      return fc.oneof(fc.integer({ min, max: Math.min(max, min + 12) }), fc.integer({ min, max }));
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf(schema: JsonSchema, of: (part: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const requiredKeys = ((schema.required ?? []) as string[]).filter((name) => properties.some(([own]) => own === name));
  const own = fc.record(Object.fromEntries(properties.map(([name, part]) => [name, of(part)])), { requiredKeys });
  const { additionalProperties: others, propertyNames } = schema;
  if (typeof others !== 'object' || others === null) return own;
  const name = propertyNames ? (of(propertyNames) as fc.Arbitrary<string>) : fc.string({ minLength: 1, maxLength: 8 });
  return fc
    .tuple(own, fc.dictionary(name, of(others), { maxKeys: 3 }))
    .map(([one, more]) => ({ ...more, ...(one as object) }));
}

function stringOf({ pattern, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern, 'u'));
  return fc.string({
    unit: 'grapheme',
    minLength: Number(minLength),
    maxLength: Math.max(Number(minLength), Math.min(Number(maxLength), 40)),
  });
}

/** What nobody expects in the place of anything. */
const hostile: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    '',
    0,
    -1,
    1e308,
    0.5,
    true,
    [],
    {},
    '\u0000',
    '__proto__',
    'T#acme#U#bob',
    '../..',
    '💥',
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.integer({ min: 1_000, max: 40_000 }).map((length) => 'x'.repeat(length)),
);

type Change = (value: Json) => Json;

/** Goes down a value by chance and changes what it comes to. */
const at = (path: readonly number[], change: Change): Change => {
  const go =
    (depth: number): Change =>
    (value) => {
      if (depth === path.length || typeof value !== 'object' || value === null) return change(value);
      const keys = Object.keys(value);
      const key = keys[path[depth]! % Math.max(1, keys.length)];
      if (key === undefined) return change(value);
      const copy = Array.isArray(value) ? [...value] : { ...value };
      (copy as Record<string, Json>)[key] = go(depth + 1)((value as Record<string, Json>)[key]!);
      return copy;
    };
  return go(0);
};

/** Small changes of a JSON value: one thing replaced, left out, or added. */
export const changes: fc.Arbitrary<Change> = fc
  .tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), hostile, fc.string({ maxLength: 12 }), fc.nat(2))
  .map(([path, value, name, kind]): Change => {
    if (kind === 0) return at(path, () => value);
    const within: Change = (inner) => {
      if (typeof inner !== 'object' || inner === null) return value;
      const entries = Object.entries(inner);
      if (kind === 1) return Object.fromEntries(entries.slice(1));
      return Object.fromEntries([...entries, [name, value]]);
    };
    return at(path.slice(1), within);
  });
