import { describe, expect, it } from 'vitest';
import { expectedVersion } from '#runtime/version.ts';

describe('the version a writer believes to change', () => {
  it('comes from the body or from If-Match', () => {
    expect(expectedVersion(3, undefined)).toBe(3);
    expect(expectedVersion(undefined, '"3"')).toBe(3);
    expect(expectedVersion(3, '"3"')).toBe(3);
  });

  it.each([
    [undefined, undefined],
    [undefined, '*'],
    [undefined, 'W/"3"'],
    [undefined, '"0"'],
    [3, '"4"'],
  ])('is asked for when it is %s and %s', (version, ifMatch) => {
    expect(() => expectedVersion(version, ifMatch)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
  });
});
