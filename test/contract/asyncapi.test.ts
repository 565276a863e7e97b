import specs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { Command } from '#contract/commands.ts';
import { ERRORS } from '#contract/errors.ts';
import { Event } from '#contract/events.ts';
import { Frame } from '#contract/frames.ts';
import { actions, checkerOf, document } from '#test/support/asyncapi.ts';

const { components, operations } = document;
const at = (reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((within, part) => (within as Record<string, unknown> | undefined)?.[part], document);

describe('docs/asyncapi.json', () => {
  it('is AsyncAPI 3.0, by its own schema', () => {
    // Its schema brings the schema of schemas along.
    const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
    const valid = ajv.validate(specs.schemas['3.0.0'], document);
    expect(ajv.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(ajv.validate(specs.schemas['3.0.0'], { ...document, operations: { ping: { action: 'shout' } } })).toBe(
      false,
    );
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((reference) => at(reference) === undefined)).toEqual([]);
  });

  it('keeps to what a reader of JSON Schema draft 7 knows, which is what AsyncAPI means by a schema', () => {
    const later = [
      '$defs',
      'prefixItems',
      'unevaluatedProperties',
      'unevaluatedItems',
      'dependentRequired',
      '$dynamicRef',
    ];
    const text = JSON.stringify(components.schemas);
    expect(later.filter((keyword) => text.includes(`"${keyword}":`))).toEqual([]);
  });

  it('holds every command with its answer, and every event', () => {
    expect(actions.sort()).toEqual(Command.options.map(({ shape }) => shape.action.value).sort());
    for (const action of actions) {
      expect(operations[action]!.messages).toEqual([{ $ref: `#/channels/chat/messages/${action}` }]);
      expect(operations[action]!.reply!.messages).toEqual([{ $ref: `#/channels/chat/messages/${action}.answer` }]);
      for (const code of operations[action]!['x-refuses']!) expect(ERRORS).toHaveProperty([code]);
    }
    const types = [...JSON.stringify(components.schemas['Frame']).matchAll(/schemas\/([a-z.]+)"/g)].map(
      ([, type]) => type,
    );
    expect(types).toEqual(Event.options.map(({ shape }) => shape.type.value.replace(':', '.')));
  });

  it.each(Object.entries(components.messages))(
    'shows examples of %s that are what their schema says',
    (name, message) => {
      const check = checkerOf(name);
      expect(message.examples.length).toBeGreaterThan(0);
      for (const { payload } of message.examples) {
        expect(check(payload), JSON.stringify(check.errors)).toBe(true);
        expect((actions.includes(name) ? Command : Frame).safeParse(payload)).toMatchObject({ success: true });
      }
    },
  );

  it.each(actions)('lets nothing into %s that it does not name', (action) => {
    const check = checkerOf(action);
    const { payload } = components.messages[action]!.examples[0]!;
    expect(check({ ...payload, somethingElse: 1 })).toBe(false);
    expect(check({ ...payload, action: 'dance' })).toBe(false);
    expect(check({ ...payload, id: 7 })).toBe(false);
  });

  it('lets no event through that it does not know', () => {
    const check = checkerOf('frame');
    expect(check({ events: [{ type: 'sync:at', conversationId: 'cnv_AZqYt2a0cK6fPpQ1mWk3Zg', seq: 1 }] })).toBe(true);
    expect(check({ events: [{ type: 'sync:news', conversationId: 'cnv_AZqYt2a0cK6fPpQ1mWk3Zg', seq: 1 }] })).toBe(
      false,
    );
    expect(check({ events: [] })).toBe(false);
    expect(check({ events: [{ type: 'sync:at', seq: 1 }] })).toBe(false);
  });
});
