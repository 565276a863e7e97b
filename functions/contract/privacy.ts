import * as z from 'zod';

/** What a user lets others know of their comings and goings. */
export const Privacy = z.strictObject({
  /** Who is told when the user was last there. */
  lastSeen: z.enum(['everyone', 'nobody']),
  /** Whether others are told what the user has read. */
  readReceipts: z.boolean(),
});
