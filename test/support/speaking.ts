import { expect } from 'vitest';
import type * as z from 'zod';
import type { Command } from '#contract/commands.ts';
import type { Event } from '#contract/events.ts';
import type { Frame } from '#contract/frames.ts';
import { MAX_FRAME_BYTES } from '#contract/realtime.ts';
import { handler } from '#functions/realtime/command.lambda.ts';

/** The event that API Gateway makes of a frame of a user's own socket (`<user>=`) in the tenant `acme`. */
export const frameOf = (userId: string, command: z.input<typeof Command>, roles = 'user') => ({
  requestContext: {
    eventType: 'MESSAGE' as const,
    connectionId: `${userId}=`,
    requestId: 'request-1',
    authorizer: { tenantId: 'acme', userId, roles },
  },
  body: JSON.stringify(command),
});

/** How a user says something on their socket, and hears what is posted to it meanwhile: see `useSockets`. */
export const speaker =
  (posts: { readonly socket: string; readonly frame: Frame; readonly text: string }[]) =>
  async (userId: string, command: z.input<typeof Command>, roles?: string): Promise<Event[]> => {
    posts.length = 0;
    expect(await handler(frameOf(userId, command, roles))).toEqual({ statusCode: 200 });
    const own = posts.filter(({ socket }) => socket === `${userId}=`);
    for (const { text } of own) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_FRAME_BYTES);
    return own.flatMap(({ frame }) => frame.events);
  };
