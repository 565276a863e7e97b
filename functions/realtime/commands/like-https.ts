import type { Command } from '#contract/commands.ts';
import type { Event } from '#contract/events.ts';
import { allows } from '#contract/permissions.ts';
import type { Input, Route } from '#contract/route.ts';
import { fitsFrame } from '#domain/delivery.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import type { HandleCommand } from './command.ts';

/** What a command is besides the operation's input. */
interface Fields {
  readonly action: string;
  readonly id?: string | undefined;
  readonly operationId?: string | undefined;
}

type Done = Extract<Event, { type: 'sync:done' }>;

/** A command that HTTPS has too: the same input for the same code, and its status and body as the answer. */
export const likeHttps =
  <
    A extends Command['action'],
    R extends Route & { readonly output: { readonly _zod: { readonly input: NonNullable<Done['body']> } } },
  >(
    _action: A,
    { permission, status }: R,
    handle: Handle<R>,
  ): HandleCommand<A> =>
  async (command, { caller, requestId, at }) => {
    if (!allows(caller.roles, permission)) throw new Refusal('caller.forbidden');
    const { action: _, id, operationId, ...input }: Fields = command;
    const request = { caller, requestId, at, idempotencyKey: operationId, ifMatch: undefined };
    const { body, replayed = false } = await handle(input as unknown as Input<R>, request);
    const done: Done = {
      ...{ type: 'sync:done', id: id ?? null, status: replayed ? 200 : status, replayed },
      body: body as NonNullable<Done['body']>,
    };
    return [fitsFrame(done) ? done : { ...done, body: null }];
  };
