import { Refusal } from '#domain/refusal.ts';
import { type Appended, type AppendOptions, append, type Write } from './append.ts';
import type { LogHead, LogStore } from './store.ts';

/** Numbers that one change takes at most; each but the last means that somebody else's change came in between. */
const ROUNDS = 20;

/**
 * A change with a greater number was made in the meantime, or is about to be. What it changes must change in the order of the log, so that
 * whoever applies its events in order has what the table says: this one's number becomes a void, and the change takes another.
 */
export class Overtaken extends Refusal {
  constructor() {
    super('service.contended');
  }
}

/** `append` for a change whose `store` raises `Overtaken`: it takes another number under the same operation id. */
export async function appendInOrder<H extends LogHead>(
  log: LogStore<H>,
  write: Write,
  options: AppendOptions,
): Promise<Appended<H>> {
  for (let round = 1; ; round++)
    try {
      return await append(log, write, options);
    } catch (error) {
      if (!(error instanceof Overtaken) || round === ROUNDS) throw error;
    }
}
