import type { getUser } from '#contract/users.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Handle } from '#runtime/service.ts';
import { findUser } from '#table/user.ts';
import { answered } from './show-user.ts';

export const handleGetUser: Handle<typeof getUser> = async ({ userId }, { caller }) => {
  const user = await findUser(caller.tenant, userId);
  if (!user) throw new Refusal('user.not_found');
  return answered(user);
};
