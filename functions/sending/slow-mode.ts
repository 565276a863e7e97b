import { TooOften } from '#domain/rate-limit.ts';
import type { Refusal } from '#domain/refusal.ts';
import type { Caller } from '#runtime/caller.ts';
import { takeTurn } from '#table/settings.ts';

/** A send in a conversation with slow mode, or without it: 0 seconds. */
export interface Turn {
  readonly conversationId: string;
  readonly clientId: string;
  readonly at: number;
  readonly slowSeconds: number;
}

/** Why the caller has to wait before the next message; undefined when it is their turn, which is then taken. */
export async function waitTurn({ tenant, userId }: Caller, turn: Turn): Promise<Refusal | undefined> {
  const { slowSeconds } = turn;
  if (slowSeconds === 0) return undefined;
  const wait = Math.ceil((await takeTurn(tenant, { ...turn, userId })) / 1_000);
  if (wait === 0) return undefined;
  const rate = { limit: 1, windowSeconds: slowSeconds, burst: 1 };
  return new TooOften('message.slow_mode', { ...rate, remaining: 0, resetSeconds: wait, retryAfterSeconds: wait });
}
