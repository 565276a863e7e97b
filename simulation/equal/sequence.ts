import { type Actor, as, stage } from '../engine/stage.ts';
import { World } from '../world.ts';
import { type Plan, planOf, textOf } from './plan.ts';
import { play } from './play.ts';
import { Tally } from './tally.ts';
import { virtualGround } from './virtual-ground.ts';

/** What came of one sequence. */
export interface Played {
  readonly counts: Readonly<Record<string, number>>;
  readonly failure: string | undefined;
}

const script = (): Actor => ({ name: 'the script', skew: 0, dead: false, memory: new Map(), die: () => undefined });

const reasonOf = (error: unknown): string => {
  const { message, stack, cause } = error as Error;
  const known = ['Unequal', 'Undocumented', 'Violation'].includes((error as Error).name);
  return `${known ? message : stack}${cause ? `\ncaused by ${(cause as Error).stack ?? String(cause)}` : ''}`;
};

/** Virtual milliseconds after which a sequence that has not ended hangs. */
const LONGEST = 6 * 3_600_000;

/** Plays a sequence in a world of its own. */
export async function playVirtually(plan: Plan, listen?: (line: string) => void): Promise<Played> {
  const world = new World(plan.seed);
  world.listen = listen;
  const { clock, chance } = world;
  stage.current = { clock, chance, ask: (request) => world.network.ask(request), complain: world.complain };
  const tally = new Tally();
  let [over, failure]: [boolean, unknown] = [false, undefined];
  const playing = as(script(), () => play(virtualGround(world), plan, tally))
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      over = true;
    });
  const until = clock.now + LONGEST;
  await clock.run(() => !over && !world.violation && clock.now < until);
  if (over) await playing;
  else failure = world.violation ?? new Error('the sequence does not end');
  failure ??= world.violation;
  stage.current = undefined;
  return { counts: tally.counts, failure: failure === undefined ? undefined : reasonOf(failure) };
}

/** The same failure with as few actions as can be found in so many tries. */
async function shrunk(plan: Plan, failure: string, tries: number): Promise<[Plan, string]> {
  let [best, why, left] = [plan, failure, tries];
  for (let size = Math.ceil(plan.steps.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = best.steps.length - size; at >= 0 && left > 0; at -= size) {
      const next = { ...best, steps: best.steps.filter((_, index) => index < at || index >= at + size) };
      left--;
      const { failure: again } = await playVirtually(next);
      if (again !== undefined) [best, why] = [next, again];
    }
  return [best, why];
}

/** Plays the sequence of a seed; a failure is told with the fewest actions that still show it. */
export async function playSeed(seed: number, length: number, tries: number): Promise<Played> {
  const plan = planOf(seed, length);
  const played = await playVirtually(plan);
  if (played.failure === undefined) return played;
  const [least, failure] = await shrunk(plan, played.failure, tries);
  return { ...played, failure: `${failure}\n\n${textOf(least)}` };
}
