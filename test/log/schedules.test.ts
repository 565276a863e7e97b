import { describe, expect, it } from 'vitest';
import { type Outcome, type Rule, runSchedule } from '#test/support/log-schedule.ts';

/** Schedules a run plays; PARLEY_SCHEDULES asks for more. */
const SCHEDULES = Number(process.env.PARLEY_SCHEDULES ?? 6_000);

const isBroken = ({ duplicates, lost, changed, gaps }: Outcome): boolean =>
  duplicates.length + lost.length + changed.length + gaps.length > 0;

/** Plays schedules until one breaks a promise; undefined when none does. */
const firstBroken = async (
  schedules: number,
  without?: Rule,
  from = 1,
): Promise<{ seed: number; outcome: Outcome } | undefined> => {
  for (let seed = from; seed <= schedules; seed++) {
    const outcome = await runSchedule(seed, without);
    if (isBroken(outcome)) return { seed, outcome };
  }
  return undefined;
};

describe('the log under random schedules of races, crashes, lost replies and late retries', () => {
  it(`loses nothing, stores nothing twice and leaves no gap (${SCHEDULES} schedules)`, async () => {
    expect(await firstBroken(SCHEDULES)).toBeUndefined();
  }, 600_000);

  /** One schedule in ten thousand tells that a generation was dropped with a young hole in it; these do. */
  it.each([26_812, 32_297, 39_462, 50_938])('loses nothing and stores nothing twice in schedule %i', async (seed) => {
    expect(isBroken(await runSchedule(seed))).toBe(false);
  });

  it('replays from its seed', async () => {
    expect(await runSchedule(7)).toEqual(await runSchedule(7));
  });

  /** Rules, and where to begin to look: the schedules that tell are rare, the first known one is close behind. */
  const rules: [rule: Rule, from: number][] = [
    ['settle', 1_300],
    ['generationCondition', 19_700],
    ['moveToRecent', 1],
    ['margin', 1],
    ['writeOnce', 1],
    ['floorCondition', 1],
    ['moveCondition', 1],
  ];
  it.each(rules)(
    'is broken within 60,000 schedules without the rule "%s"',
    async (rule, from) => {
      expect(await firstBroken(60_000, rule, from)).toBeDefined();
    },
    600_000,
  );
});
