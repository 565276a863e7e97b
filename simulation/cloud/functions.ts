import { LIMITS } from '#domain/sequence.ts';
import { type Actor, as } from '../engine/stage.ts';
import type { Setting } from './setting.ts';

/** A function ended without an answer: it was killed, or ran out of its time. */
export class FunctionDied extends Error {
  override readonly name = 'FunctionDied';
}

/** Times a function answers before its place is thrown away. */
const REUSED = 0.95;

/** Runs functions as Lambda does: each call in a place of its own, whose modules remember what earlier calls there left behind. */
export class Functions {
  readonly #setting: Setting;
  readonly #idle = new Map<string, Actor['memory'][]>();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  /** Calls a function; raises `FunctionDied` when it ends without an answer, at the latest after `seconds`. */
  invoke<T>(name: string, seconds: number, task: () => Promise<T>): Promise<T> {
    const { clock, chance, faults } = this.#setting;
    const places = this.#idle.get(name) ?? [];
    this.#idle.set(name, places);
    const memory = places.pop() ?? new Map();
    return new Promise((resolve, reject) => {
      const who: Actor = {
        name,
        skew: faults.strike('clock off') ? (chance.real() - 0.5) * LIMITS.skew : 0,
        dead: false,
        memory,
        die: () => {
          if (who.dead) return;
          who.dead = true;
          limit.cancel();
          reject(new FunctionDied(name));
        },
      };
      const limit = clock.after(seconds * 1_000, who.die);
      const ended = (then: () => void): void => {
        if (who.dead) return;
        who.dead = true;
        limit.cancel();
        if (chance.is(REUSED)) places.push(memory);
        then();
      };
      as(who, task).then(
        (answer) => ended(() => resolve(answer)),
        (error: unknown) => ended(() => reject(error)),
      );
    });
  }
}
