import type { listUsers as route } from '#contract/users.ts';
import { signingKey } from '#gateways/signing-key.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle } from '#runtime/service.ts';
import { listUsers, toUser } from '#table/user.ts';

export const handleListUsers: Handle<typeof route> = async ({ limit, cursor, prefix }, { caller }) => {
  const key = await signingKey('cursor');
  const list = `users\n${caller.tenant}\n${caller.userId}\n${prefix ?? ''}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { users, more } = await listUsers(caller.tenant, { after, prefix, limit });
  const last = users.at(-1);
  return {
    body: { items: users.map(toUser), nextCursor: more && last ? cursorFor(key, list, [last.userId]) : null },
  };
};
