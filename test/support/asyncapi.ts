import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { JsonSchema } from '#contract/json-schema.ts';

interface Message {
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly name: string; readonly payload: Readonly<Record<string, unknown>> }[];
}

/** `docs/asyncapi.json` as it lies there. */
export const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/asyncapi.json'), 'utf8')) as {
  readonly channels: { readonly chat: { readonly messages: Readonly<Record<string, { readonly $ref: string }>> } };
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly action: 'send' | 'receive';
        readonly messages: readonly { readonly $ref: string }[];
        readonly reply?: { readonly messages: readonly { readonly $ref: string }[] };
        readonly 'x-refuses'?: readonly string[];
      }
    >
  >;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
};

// What a format means is said by patterns too, where it matters.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, 'asyncapi');

/** Checks what is said against a message of the document, by the JSON Schema in it and by nothing of ours. */
export const checkerOf = (message: string): ValidateFunction =>
  ajv.compile({ $ref: `asyncapi#/components/messages/${message}/payload` });

/** The actions of the document's commands. */
export const actions = Object.entries(document.operations)
  .filter(([, { action }]) => action === 'receive')
  .map(([name]) => name);
