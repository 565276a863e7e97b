import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { playMany } from '#simulation/equal/campaign.ts';
import { EVENT_TYPES } from '#simulation/equal/tally.ts';

/** Sequences, actions of one about, and how often each event is told in them at least. */
const [SEQUENCES, ACTIONS, AT_LEAST] = [1_000, 8, 3];

/** Events that no such sequence brings about, and the test that does. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  receipts: 'test/table/receipts-summary.test.ts',
  'sync:reset': 'test/table/resume.test.ts',
  'sync:required': 'test/client/connection.test.ts',
  'sync:reconnect': 'test/client/connection.test.ts',
};

it('I4: after any sequence every device shows what one that has just started shows, byte for byte', {
  timeout: 1_200_000,
}, async () => {
  const { played, counts, failures } = await playMany({
    seed: 1,
    count: SEQUENCES,
    length: ACTIONS,
    workers: 2,
    tries: 100,
    failures: 1,
  });
  expect(failures.join('\n')).toBe('');
  expect(played).toBe(SEQUENCES);
  const rare = EVENT_TYPES.filter((type) => !(type in ELSEWHERE) && (counts[type] ?? 0) < AT_LEAST);
  expect(rare).toEqual([]);
});

it('what no sequence brings about is told in another test', () => {
  for (const [type, file] of Object.entries(ELSEWHERE)) expect(readFileSync(file, 'utf8')).toContain(type);
});
