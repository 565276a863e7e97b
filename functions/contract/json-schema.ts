import * as z from 'zod';

/** A JSON Schema (2020-12) as a plain object. */
export type JsonSchema = { [keyword: string]: unknown };

type Side = 'input' | 'output';

/** Named schemas of a document, gathered while its parts are written. */
export interface Components {
  /** The schema of a Zod type; what it names with `.meta({ id })` goes to the components. */
  readonly schemaOf: (type: z.ZodType, side: Side) => JsonSchema;
  /** All components so far, by name. */
  readonly all: () => Record<string, JsonSchema>;
}

/** Zod's own words, turned into what readers of JSON Schema expect. */
const readable = ({ jsonSchema }: { jsonSchema: JsonSchema }): void => {
  // OpenAPI 3.1 speaks plain JSON Schema, where the keyword is the plural.
  if ('example' in jsonSchema) {
    jsonSchema.examples = [jsonSchema.example];
    delete jsonSchema.example;
  }
  // The calendar as a regular expression says nothing that the format does not.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};

const moved = (value: unknown, base: string): unknown => {
  if (Array.isArray(value)) return value.map((part) => moved(part, base));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) =>
      key === '$ref' && typeof part === 'string' ? [key, part.replace('#/$defs/', base)] : [key, moved(part, base)],
    ),
  );
};

/**
 * Gathers the schemas of a document whose named ones lie under `base` (`#/components/schemas/`). Throws when one name
 * stands for two schemas: a reader could not tell which.
 */
export function components(base: string): Components {
  const named = new Map<string, JsonSchema>();
  const schemaOf = (type: z.ZodType, side: Side): JsonSchema => {
    const { $schema, $defs, ...schema } = z.toJSONSchema(type, {
      io: side,
      override: readable as (context: object) => void,
    }) as JsonSchema;
    for (const [name, part] of Object.entries(($defs as Record<string, JsonSchema> | undefined) ?? {})) {
      const { id: _, ...rest } = moved(part, base) as JsonSchema;
      const known = named.get(name);
      if (known && JSON.stringify(known) !== JSON.stringify(rest))
        throw new Error(`"${name}" names two different schemas`);
      named.set(name, rest);
    }
    // A type that is itself named comes out whole, not as a reference.
    const { id, ...whole } = moved(schema, base) as JsonSchema;
    if (typeof id !== 'string') return whole;
    named.set(id, whole);
    return { $ref: `${base}${id}` };
  };
  return {
    schemaOf,
    all: () => Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** An object schema without the named properties, and those properties; each branch of a union is treated alike. */
export function withoutProperties(
  schema: JsonSchema,
  names: readonly string[],
): { taken: Record<string, JsonSchema>; rest: JsonSchema; required: string[] } {
  const branches = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(branches)) {
    const parts = branches.map((branch: JsonSchema) => withoutProperties(branch, names));
    return {
      taken: Object.assign({}, ...parts.map(({ taken }) => taken)),
      rest: { ...schema, [schema.oneOf ? 'oneOf' : 'anyOf']: parts.map(({ rest }) => rest) },
      required: parts.map(({ required }) => required).reduce((all, some) => all.filter((name) => some.includes(name))),
    };
  }
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = (schema.required ?? []) as string[];
  const kept = required.filter((name) => !names.includes(name));
  const { required: _, ...others } = schema;
  return {
    taken: Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name))),
    rest: {
      ...others,
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name))),
      ...(kept.length > 0 ? { required: kept } : {}),
    },
    required: required.filter((name) => names.includes(name)),
  };
}

/** A value that the schema admits, from its examples where it has them; the first branch of a union. */
export function exampleOf(schema: JsonSchema, named: Record<string, JsonSchema>): unknown {
  const {
    examples,
    $ref,
    properties,
    items,
    default: usual,
    const: only,
    enum: values,
  } = schema as {
    examples?: unknown[];
    $ref?: string;
    properties?: Record<string, JsonSchema>;
    items?: JsonSchema;
    default?: unknown;
    const?: unknown;
    enum?: unknown[];
  };
  if (examples) return examples[0];
  if ($ref) return exampleOf(named[$ref.slice($ref.lastIndexOf('/') + 1)]!, named);
  if (only !== undefined) return only;
  if (values) return values[0];
  if (usual !== undefined) return usual;
  const branches = (schema.oneOf ?? schema.anyOf ?? schema.allOf) as JsonSchema[] | undefined;
  if (branches) return exampleOf(branches[0]!, named);
  if (properties)
    return Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, exampleOf(part, named)]));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'array') return items ? [exampleOf(items, named)] : [];
  if (type === 'string') return 'text'.padEnd((schema.minLength as number | undefined) ?? 0, '.');
  if (type === 'integer' || type === 'number') return (schema.minimum as number | undefined) ?? 1;
  if (type === 'boolean') return true;
  return type === 'object' ? {} : null;
}
