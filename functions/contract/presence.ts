import * as z from 'zod';
import { Instant, UserId } from './ids.ts';
import { route } from './route.ts';

/** Users whose presence one socket may watch, and one request may ask for. */
export const MOST_WATCHED = 50;

/** Minutes for which a socket is told of users at least, from when it last said that it watches them. */
export const WATCH_MINUTES = 10;

/** Whether somebody is there. */
export const Presence = z.strictObject({
  userId: UserId,
  online: z.boolean(),
  /** When their last socket ended; null while they are online, and where they do not let others know. */
  lastSeenAt: Instant.nullable(),
});
export type Presence = z.output<typeof Presence>;

const UserIdList = z
  .string()
  .max(MOST_WATCHED * 65)
  .regex(/^[^,]+(?:,[^,]+)*$/)
  .transform((list) => list.split(','))
  .pipe(z.array(UserId).min(1).max(MOST_WATCHED))
  .meta({ example: 'bob,cleo' });

export const getPresence = route({
  method: 'GET',
  path: '/presence',
  summary: 'Who of some users is online, as `presence.watch` tells it on a socket',
  permission: 'user:read',
  uses: ['table:batch-get'],
  input: z.strictObject({
    /** Their ids, with commas between them. */
    userIds: UserIdList,
  }),
  output: z.strictObject({
    /** One for each that was named, in that order. Users who are not there, and those who have blocked you, are offline. */
    items: z.array(Presence),
  }),
  refuses: [],
  status: 200,
});
