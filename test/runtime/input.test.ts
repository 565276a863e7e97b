import { describe, expect, it } from 'vitest';
import type { Alias } from '#contract/route.ts';
import { Refusal } from '#domain/refusal.ts';
import { inputOf } from '#runtime/input.ts';
import { MAX_BODY_BYTES } from '#runtime/json.ts';
import { type CallOptions, restEvent } from '../support/call.ts';

const SEND: Alias = { method: 'POST', path: '/conversations/{conversationId}/messages' };
const LIST: Alias = { method: 'GET', path: '/conversations/{conversationId}/messages' };

const read = (address: Alias, input: Record<string, unknown>, options?: CallOptions) =>
  inputOf(restEvent(address, input, options), address.path);

const refusalOf = (address: Alias, options: CallOptions): unknown => {
  try {
    return read(address, { conversationId: 'c1' }, options);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { code: error.code, ...error.details };
  }
};

describe('inputOf', () => {
  it('puts path, query and body together', () => {
    expect(read(SEND, { conversationId: 'c1', text: 'x' })).toEqual({ conversationId: 'c1', text: 'x' });
    expect(read(LIST, { conversationId: 'c1', limit: 5 })).toEqual({ conversationId: 'c1', limit: '5' });
  });

  it('takes path fields from the path alone: who else names them is refused', () => {
    const twice = { code: 'request.invalid', issues: [{ path: 'conversationId', message: 'belongs to the path' }] };
    expect(refusalOf(SEND, { body: '{"conversationId":"c2"}' })).toEqual(twice);
    expect(refusalOf(SEND, { query: { conversationId: ['c2'] } })).toEqual(twice);
    expect(refusalOf(LIST, { query: { conversationId: ['c2'] } })).toEqual(twice);
  });

  it('reads a body that came as base64', () => {
    const body = Buffer.from('{"text":"grüß"}').toString('base64');
    expect(read(SEND, { conversationId: 'c1' }, { body, isBase64Encoded: true })).toMatchObject({ text: 'grüß' });
  });

  it('counts bytes, not characters, and admits exactly 256 KB', () => {
    const bodyOf = (bytes: number, unit: string) => {
      const frame = Buffer.byteLength('{"a":""}');
      return `{"a":"${unit.repeat((bytes - frame) / Buffer.byteLength(unit))}"}`;
    };
    expect(refusalOf(SEND, { body: bodyOf(MAX_BODY_BYTES, 'x') })).toHaveProperty('a');
    expect(refusalOf(SEND, { body: bodyOf(MAX_BODY_BYTES, 'ü') })).toHaveProperty('a');
    for (const unit of ['x', 'ü'])
      expect(refusalOf(SEND, { body: bodyOf(MAX_BODY_BYTES + 2, unit) })).toEqual({
        code: 'request.too_large',
        maxBytes: MAX_BODY_BYTES,
      });
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/merge-patch+json'])(
    'accepts the content type %s',
    (type) => expect(refusalOf(SEND, { body: '{"a":1}', headers: { 'Content-Type': type } })).toHaveProperty('a', 1),
  );

  it.each(['text/plain', 'application/xml', 'application/jsonp', 'multipart/form-data; boundary=x'])(
    'refuses the content type %s',
    (type) =>
      expect(refusalOf(SEND, { body: '{"a":1}', headers: { 'Content-Type': type } })).toEqual({
        code: 'request.unsupported_media_type',
      }),
  );

  it('refuses a query field that is given twice', () => {
    expect(refusalOf(LIST, { query: { limit: ['1', '2'] } })).toEqual({
      code: 'request.invalid',
      issues: [{ path: 'limit', message: 'given more than once' }],
    });
  });
});
