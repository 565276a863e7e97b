import type { Command } from '#contract/commands.ts';
import type { Event } from '#contract/events.ts';
import type { Caller } from '#runtime/caller.ts';

/** Who speaks, on which socket, and when (ms). */
export interface Session {
  readonly caller: Caller;
  readonly connectionId: string;
  readonly requestId: string;
  readonly at: number;
  /** When the client is to have another socket (ms). */
  readonly reconnectAt: number;
}

/** What a command does. Its events go to the socket that spoke; it may announce others itself. */
export type HandleCommand<A extends Command['action']> = (
  command: Extract<Command, { action: A }>,
  session: Session,
) => Promise<readonly Event[]>;
