import { usersApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleBlockUser, handleListBlocked, handleUnblockUser } from './blocked.ts';
import { handleGetMe } from './get-me.ts';
import { handleGetPresence } from './get-presence.ts';
import { handleGetUser } from './get-user.ts';
import { handleListUsers } from './list-users.ts';
import { handleUpdateMe, handleUpdateUser } from './update-user.ts';

export const handler = service(usersApi, {
  getMe: handleGetMe,
  updateMe: handleUpdateMe,
  getUser: handleGetUser,
  updateUser: handleUpdateUser,
  listUsers: handleListUsers,
  blockUser: handleBlockUser,
  unblockUser: handleUnblockUser,
  listBlocked: handleListBlocked,
  getPresence: handleGetPresence,
});
