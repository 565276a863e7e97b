import type { getMe } from '#contract/users.ts';
import type { Handle } from '#runtime/service.ts';
import { meetUser } from '#table/user.ts';
import { answered } from './show-user.ts';

export const handleGetMe: Handle<typeof getMe> = async (_input, { caller, at }) =>
  answered(await meetUser(caller.tenant, caller, at));
