import type * as z from 'zod';
import type { User } from '#contract/users.ts';
import type { Answer } from '#runtime/service.ts';
import { type StoredUser, toUser } from '#table/user.ts';

/** A profile as an answer: its version is its entity tag too. */
export const answered = (user: StoredUser): Answer<z.input<typeof User>> => ({
  body: toUser(user),
  headers: { etag: `"${user.version}"` },
});
