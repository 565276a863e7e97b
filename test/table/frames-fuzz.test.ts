/** Whatever comes over a socket is answered, and what is wrong is called wrong: two thousand frames made from the document and spoilt. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '#contract/errors.ts';
import type { Event } from '#contract/events.ts';
import { handler } from '#functions/realtime/command.lambda.ts';
import { scope } from '#table/entity.ts';
import { actions, checkerOf, document } from '#test/support/asyncapi.ts';
import { changes, valuesOf } from '#test/support/from-schema.ts';
import { place } from '#test/support/matrix.ts';
import { useSigningKey } from '#test/support/signing-key.ts';
import { useSockets } from '#test/support/sockets.ts';
import { useTable } from '#test/support/table.ts';
import { itemsOf } from '#test/support/world.ts';

useTable();
useSigningKey();
const sockets = useSockets(scope('acme'));
beforeAll(() => place(itemsOf('acme')));

const { messages, schemas } = document.components;
const checkers = new Map(actions.map((action) => [action, checkerOf(action)]));
const frameIsKnown = checkerOf('frame');
/** Where no answer means that it was done: there is nothing to say. */
const isSilent = ({ action, userIds }: { action: string; userIds?: unknown[] }): boolean =>
  ['typing', 'pause'].includes(action) || (action === 'presence.watch' && userIds?.length === 0);

const commandsOf = (action: string): fc.Arbitrary<unknown> => valuesOf(messages[action]!.payload, schemas);
const commands = fc.oneof(...actions.map(commandsOf));

/** What the socket is told when this comes over it. */
const answerTo = async (body: string, isBase64Encoded = false): Promise<Event[]> => {
  sockets.posts.length = 0;
  const authorizer = { tenantId: 'acme', userId: 'ada', roles: 'user' };
  const requestContext = { eventType: 'MESSAGE', connectionId: 'ada=', requestId: 'request-1', authorizer } as const;
  expect(await handler({ requestContext, body, isBase64Encoded })).toEqual({ statusCode: 200 });
  const own = sockets.posts.filter(({ socket }) => socket === 'ada=');
  for (const { text } of own) expect(frameIsKnown(JSON.parse(text)), text).toBe(true);
  return own.flatMap(({ frame }) => frame.events);
};

const errorIn = (events: readonly Event[]) => {
  const error = events.find((event) => event.type === 'sync:error');
  if (error) expect(error.status, error.code).toBe(ERRORS[error.code as ErrorCode][0]);
  return error;
};

describe('a frame', () => {
  it('that the document admits is done or refused for a reason of its own, never a failure of ours', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (command) => {
        const events = await answerTo(JSON.stringify(command));
        const error = errorIn(events);
        if (error) expect(error.status, JSON.stringify([command, error])).toBeLessThan(500);
        if (!isSilent(command as { action: string })) expect(events.length).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });

  it('that was spoilt is refused as such where the document does not admit it any more, and is no failure of ours', async () => {
    const spoilt = fc
      .tuple(commands, fc.array(changes, { minLength: 1, maxLength: 3 }))
      .map(([command, all]) => all.reduce<fc.JsonValue>((value, change) => change(value), command as fc.JsonValue));
    await fc.assert(
      fc.asyncProperty(spoilt, async (frame) => {
        const events = await answerTo(JSON.stringify(frame));
        const error = errorIn(events);
        if (error) expect(error.status, JSON.stringify([frame, error])).toBeLessThan(500);
        const { action } = (frame ?? {}) as { action?: string };
        if (!checkers.get(String(action))?.(frame)) {
          expect(error?.code, JSON.stringify(frame)).toMatch(/^frame\./);
          expect(events).toHaveLength(1);
        }
      }),
      { numRuns: 1_200 },
    );
  });

  it('whose bytes were spoilt is refused or understood, and is no failure of ours', async () => {
    const bytes = fc
      .tuple(
        commands,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.nat(3),
      )
      .map(([command, changed, cut]) => {
        const text = Buffer.from(JSON.stringify(command));
        for (const [where, byte] of changed) text[where % text.length] = byte;
        return cut === 0 ? text.subarray(0, text.length >> 1) : text;
      });
    await fc.assert(
      fc.asyncProperty(bytes, async (frame) => {
        const error = errorIn(await answerTo(frame.toString('base64'), true));
        if (error) expect(error.status, frame.toString()).toBeLessThan(500);
      }),
      { numRuns: 400 },
    );
  });
});
