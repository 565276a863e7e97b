import type { ServerClock } from './clock.ts';
import type { Command, Message } from './contract.ts';
import { asParleyError } from './errors.ts';
import type { Call } from './http.ts';
import { waitAfter } from './retry.ts';
import type { Socket } from './socket.ts';
import type { Timers } from './timers.ts';

/** Milliseconds to wait for an answer on the socket, and times that a reaction is tried. */
const [ANSWER_MS, TRIES] = [15_000, 4];

type Marking = Extract<Command, { readonly action: 'read' | 'delivered' }>;

/** What can be said on the socket and over HTTPS: on the socket where there is one. */
export class Commands {
  readonly #timers: Timers;
  readonly #clock: ServerClock;
  readonly #call: Call;
  readonly #socket: () => Socket | undefined;

  constructor(timers: Timers, clock: ServerClock, call: Call, socket: () => Socket | undefined) {
    this.#timers = timers;
    this.#clock = clock;
    this.#call = call;
    this.#socket = socket;
  }

  /** Moves a watermark, once. Raises `ParleyError`. */
  async mark({ action, conversationId, seq }: Marking): Promise<void> {
    const socket = this.#socket();
    if (socket) await socket.ask<'sync:done'>({ action, conversationId, seq }, ANSWER_MS);
    else await this.#call(action === 'read' ? 'markRead' : 'markDelivered', { conversationId, seq });
  }

  /** Reacts or takes a reaction back; a silence is met by saying it again, which does it once. Raises `ParleyError`. */
  async react(messageId: string, emoji: string, on: boolean): Promise<Message> {
    const operationId = this.#clock.mint();
    for (let attempt = 0; ; attempt++) {
      try {
        const socket = attempt % 2 === 0 ? this.#socket() : undefined;
        if (!socket)
          return await this.#call(
            on ? 'addReaction' : 'removeReaction',
            { messageId, emoji },
            { idempotencyKey: operationId },
          );
        const command: Command = { action: on ? 'react' : 'unreact', operationId, messageId, emoji };
        return (await socket.ask<'sync:done'>(command, ANSWER_MS)).body as Message;
      } catch (thrown) {
        const error = asParleyError(thrown);
        // How often one may react is for whoever reacts to know.
        if (error.isFinal || error.status === 429 || attempt + 1 >= TRIES || this.#timers.closed) throw error;
        await this.#timers.sleep(waitAfter(this.#timers, attempt, error));
      }
    }
  }
}
