import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '#domain/refusal.ts';
import { parseObject } from '#runtime/json.ts';

const codeOf = (body: string | Uint8Array): string => {
  try {
    parseObject(body);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.code;
  }
};

describe('parseObject', () => {
  it('gives back every object that JSON can carry', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (object) => {
        const sent = JSON.stringify(object);
        fc.pre(!sent.includes('"__proto__":'));
        expect(parseObject(Buffer.from(sent))).toEqual(JSON.parse(sent));
      }),
    );
  });

  it('answers any bytes with an object or with request.malformed, never with another error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(['accepted', 'request.malformed']).toContain(codeOf(bytes));
      }),
    );
  });

  it('refuses bytes that are no UTF-8, wherever they stand', () => {
    fc.assert(
      fc.property(fc.nat(8), fc.constantFrom(0xff, 0xc0, 0xf5, 0x80), (at, bad) => {
        const bytes = Buffer.from('{"text":"engine!!"}');
        bytes[8 + at] = bad;
        expect(codeOf(bytes)).toBe('request.malformed');
      }),
    );
  });

  it.each(['', 'null', '1', '"text"', '[]', '{', '{"a":1}x', '\ufeff{"a":1}x'])('refuses %j', (body) => {
    expect(codeOf(body)).toBe('request.malformed');
  });

  it('refuses strings and keys without a UTF-8 form', () => {
    expect(codeOf('{"text":"\\ud800"}')).toBe('request.malformed');
    expect(codeOf('{"\\udfff":1}')).toBe('request.malformed');
    expect(codeOf('{"deep":[{"text":"\\udc00\\ud800"}]}')).toBe('request.malformed');
    expect(codeOf('{"text":"\\ud83d\\ude00"}')).toBe('accepted');
  });

  it('refuses a key that would reach the prototype', () => {
    expect(codeOf('{"__proto__":{"roles":["admin"]}}')).toBe('request.malformed');
    expect(codeOf('{"a":{"__proto__":1}}')).toBe('request.malformed');
  });
});
