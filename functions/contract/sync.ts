import * as z from 'zod';
import { Event } from './events.ts';
import { ConversationId, Instant } from './ids.ts';
import { route } from './route.ts';
import { Place } from './sync-events.ts';
import { READS } from './within.ts';

/** Numbers of logs that one answer tells at most: each by one event, a reply by two. */
export const MOST_EVENTS = 500;

/** Bytes of JSON that the events of one answer may have, unless the first alone has more. */
export const MOST_EVENT_BYTES = 256 * 1024;

export const getSync = route({
  method: 'GET',
  path: '/sync',
  summary: 'Which of your conversations changed, were joined or left since your cursor',
  permission: 'conversation:read',
  uses: ['table:query-by-user', 'table:batch-get', 'signing-key:read'],
  input: z.strictObject({
    /** The cursor of the last answer; without it all conversations are told. */
    since: z.string().max(512).optional(),
  }),
  output: z.strictObject({
    /** With the last number each has taken. One that is known up to that number has nothing new. */
    changed: z.array(Place),
    /** All conversations that you are in: null when they are the same as at the cursor. What is not among them you have left. */
    conversationIds: z.array(ConversationId).nullable(),
    cursor: z.string(),
    serverTime: Instant,
  }),
  refuses: ['request.cursor_invalid'],
  status: 200,
});

export const listEvents = route({
  method: 'GET',
  path: '/conversations/{conversationId}/events',
  summary: 'The events of a conversation after a number, as a socket would have told them',
  permission: 'message:read',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:query', 'table:put', 'table:update', 'archive:read'],
  input: z.strictObject({
    conversationId: ConversationId,
    /** The last number that was applied; 0 for all. */
    after: z.coerce.number().int().min(0),
    /** Numbers that tell something; fewer come where they are large. */
    limit: z.coerce.number().int().min(1).max(MOST_EVENTS).default(100),
  }),
  output: z.strictObject({
    events: z.array(Event),
    /** Where these events end: the `after` of the next call. Numbers up to it without an event hold nothing for you. */
    seq: z.int(),
    /** There is more. False also where the next number is only being written: ask again in a second. */
    more: z.boolean(),
    /**
     * What follows `after` is no longer kept, or `after` is of another log: take a snapshot, and then go on from `seq`, which
     * it is at or beyond. `events` is empty then.
     */
    reset: z.boolean(),
  }),
  refuses: ['conversation.not_found'],
  status: 200,
});
