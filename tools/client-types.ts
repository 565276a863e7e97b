import { everyRoute } from '#contract/api.ts';
import { Command } from '#contract/commands.ts';
import { ERRORS } from '#contract/errors.ts';
import { Event } from '#contract/events.ts';
import { components, type JsonSchema } from '#contract/json-schema.ts';
import { usual } from '#contract/lean.ts';
import { MessageBody, MessageDraft } from '#contract/message-bodies.ts';
import { Reaction } from '#contract/messages.ts';
import { Participant } from '#contract/participants.ts';
import { Pin } from '#contract/pins.ts';
import { Place } from '#contract/sync-events.ts';

const BASE = '#/$defs/';
const HEAD = '// Written by `npm run docs` from functions/contract.\n';

/** Parts of other schemas that deserve a name of their own, though the contract's documents do not give them one. */
const PARTS = { MessageDraft, MessageBody, Reaction, Participant, Pin, Place, Event } as const;

const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text);

/** A JSON Schema as a TypeScript type on one line. `names`: what is printed by its name, by the schema's JSON. */
function typeOf(schema: JsonSchema, names: ReadonlyMap<string, string>): string {
  const name = names.get(JSON.stringify(schema));
  return name ?? written(schema, names);
}

const union = (parts: readonly string[]): string => [...new Set(parts)].join(' | ');

function written(schema: JsonSchema, names: ReadonlyMap<string, string>): string {
  const of = (part: unknown): string => typeOf(part as JsonSchema, names);
  const { $ref, type, properties, items, required = [], additionalProperties } = schema;
  if (typeof $ref === 'string') return $ref.slice(BASE.length);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map((value) => JSON.stringify(value)));
  const branches = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(branches)) return union(branches.map(of));
  if (Array.isArray(type)) return union(type.map((one) => of({ ...schema, type: one })));
  if (type === 'array') return `readonly (${items ? of(items) : 'unknown'})[]`;
  if (type === 'object' && properties) {
    const fields = Object.entries(properties as Record<string, JsonSchema>).map(
      ([key, part]) =>
        `readonly ${isName(key) ? key : JSON.stringify(key)}${(required as string[]).includes(key) ? '' : '?'}: ${of(part)}`,
    );
    return `{ ${fields.join('; ')} }`;
  }
  if (type === 'object')
    return `Readonly<Record<string, ${typeof additionalProperties === 'object' ? of(additionalProperties) : 'unknown'}>>`;
  if (type === 'string' || type === 'boolean' || type === 'null') return type;
  if (type === 'integer' || type === 'number') return 'number';
  if (Object.keys(schema).every((key) => ['default', 'examples', 'description'].includes(key))) return 'unknown';
  throw new Error(`no type for ${JSON.stringify(schema)}`);
}

/** The types of the contract for the client, without the library that the contract is written with: one line a type. */
export function clientTypes(): string {
  const gathered = components(BASE);
  const parts = Object.entries(PARTS).map(([name, type]) => [name, gathered.schemaOf(type, 'output')] as const);
  const names = new Map(
    parts.filter(([, schema]) => !('$ref' in schema)).map(([name, schema]) => [JSON.stringify(schema), name]),
  );
  const command = written(gathered.schemaOf(Command, 'input'), names);
  const lines = everyRoute().map(({ name, route }) => {
    const [input, output] = [gathered.schemaOf(route.input, 'input'), gathered.schemaOf(route.output, 'output')];
    return `  ${name}: { readonly input: ${typeOf(input, names)}; readonly output: ${typeOf(output, names)} };`;
  });
  const named = Object.entries(gathered.all()).map(
    ([name, schema]) => `export type ${name} = ${written(schema, names)};`,
  );
  return [
    HEAD,
    ...named,
    ...parts
      .filter(([, schema]) => !('$ref' in schema))
      .map(([name, schema]) => `export type ${name} = ${written(schema, names)};`),
    '/** What a client may say on a socket. */',
    `export type Command = ${command};`,
    '/** What a refusal may be called. */',
    `export type ErrorCode = ${union(Object.keys(ERRORS).map((code) => JSON.stringify(code)))};`,
    '/** Every operation of the API: what it takes and what it answers. */',
    'export interface Operations {',
    ...lines,
    '}',
    '',
  ].join('\n');
}

/** Method and path of every operation. */
export const clientRoutes = (): string =>
  [
    HEAD,
    "import type { Operations } from './contract.ts';",
    '',
    '/** Method and path of every operation; names in braces come from its input. */',
    'export const ROUTES: { readonly [K in keyof Operations]: string } = {',
    ...everyRoute().map(({ name, route }) => `  ${name}: '${route.method} ${route.path}',`),
    '};',
    '',
  ].join('\n');

/** What a message that was just sent is, as far as frames leave it out. */
export const clientUsual = (): string =>
  [
    HEAD,
    "import type { Message } from './contract.ts';",
    '',
    '/** What a frame leaves out of a message, because it is usual. */',
    'export const usual = () =>',
    '  ({',
    ...Object.entries(usual()).map(([name, value]) => `    ${name}: ${JSON.stringify(value)},`),
    '  }) satisfies Partial<Message>;',
    '',
  ].join('\n');
