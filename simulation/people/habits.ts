import type { Chance } from '../engine/chance.ts';

/** How often somebody does what, in parts of a hundred or so. */
const HABITS = {
  write: 34,
  send: 14,
  burst: 1,
  edit: 8,
  delete: 4,
  react: 8,
  unreact: 3,
  read: 10,
  deliver: 6,
  pin: 3,
  add: 7,
  remove: 5,
  leave: 1,
  role: 8,
  page: 6,
  offline: 2,
  restart: 1,
} as const;
export type Habit = keyof typeof HABITS;
export type Habits = Readonly<Record<Habit, number>>;

/** How much more, or less, of something one world does than another: what is never done cannot cover up what is. */
const FACTORS = [0, 0, 0.3, 1, 1, 1, 3] as const;

/** What is done in one world. Somebody always writes. */
export function habitsOf(chance: Chance): Habits {
  const all = Object.entries(HABITS).map(([habit, weight]) => [habit, weight * chance.one(FACTORS)]);
  return { ...(Object.fromEntries(all) as Habits), write: HABITS.write, send: HABITS.send };
}

/** What somebody does in a world who reads along: they write nothing, and read seldom. */
export const quietly = (habits: Habits): Habits => ({
  ...habits,
  ...{ write: 0, send: 0, burst: 0, edit: 0, delete: 0, leave: 0, page: 20 },
  read: 1,
});

/** What is done next. */
export function habitOf(habits: Habits, chance: Chance): Habit {
  const all = Object.entries(habits) as [Habit, number][];
  let left = chance.real() * all.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [habit, weight] of all) {
    left -= weight;
    if (left < 0) return habit;
  }
  return 'read';
}
