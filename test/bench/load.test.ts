import { expect, test } from 'vitest';
import { kindOf, mostInASecond } from '#bench/load/reconnect.ts';

test('the busiest second is found wherever it begins', () => {
  expect(mostInASecond([])).toBe(0);
  expect(mostInASecond([0, 999, 1_000, 1_001, 5_000])).toBe(3);
  expect(mostInASecond([1_900, 100, 2_899, 1_950, 2_900])).toBe(3);
});

test('errors are counted by what they say, not by what they name', () => {
  expect(kindOf(new Error('POST /conversations/cnv_0123456789abcdef answered 503: busy'))).toBe(
    kindOf(new Error('POST /conversations/cnv_fedcba9876543210 answered 503: busy')),
  );
  expect(kindOf(new AggregateError([]))).toBe('AggregateError');
});
