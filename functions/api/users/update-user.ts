import type { ProfileChange, updateMe, updateUser } from '#contract/users.ts';
import { Refusal } from '#domain/refusal.ts';
import { changedProfile } from '#domain/user.ts';
import type { Handle, Request } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';
import { exchangeParts, KEPT } from '#table/media-kept.ts';
import { findSendable } from '#table/media-link.ts';
import { findUser, meetUser, type StoredUser, storeUser, toUser } from '#table/user.ts';
import { answered } from './show-user.ts';

/** Tries of a change whose pictures are being sent about meanwhile. */
const ROUNDS = 8;

const conflict = (current: StoredUser): Refusal => new Refusal('user.version_conflict', { current: toUser(current) });

/** Changes a profile, if nobody else did meanwhile. A picture is one of the user's own that is ready. */
async function change(user: StoredUser, { version: given, ...wanted }: ProfileChange, request: Request) {
  const { caller, at, ifMatch } = request;
  const version = expectedVersion(given, ifMatch);
  if (user.version !== version) throw conflict(user);
  const { avatarMediaId } = wanted;
  if (avatarMediaId && !(await findSendable(caller.tenant, avatarMediaId, user.userId)))
    throw new Refusal('user.avatar_unusable', { mediaId: avatarMediaId });
  const profile = changedProfile(user, wanted);
  const facesOf = (mediaId: string | undefined) => (mediaId ? [KEPT.asFaceOf(user.userId, mediaId)] : []);
  const faces = { before: facesOf(user.avatarMediaId), after: facesOf(profile.avatarMediaId) };
  for (let round = 1; round <= ROUNDS; round++) {
    const parts = await exchangeParts(caller.tenant, faces, at);
    const stored = await storeUser(caller.tenant, user, { profile, by: caller.userId, at, parts });
    if (typeof stored !== 'string') return answered(stored);
    if (stored === 'stale') break;
    if (round === ROUNDS) throw new Refusal('service.contended');
  }
  const current = await findUser(caller.tenant, user.userId);
  if (!current) throw new Refusal('user.not_found');
  throw conflict(current);
}

export const handleUpdateMe: Handle<typeof updateMe> = async (input, request) =>
  change(await meetUser(request.caller.tenant, request.caller, request.at), input, request);

export const handleUpdateUser: Handle<typeof updateUser> = async ({ userId, ...input }, request) => {
  const user = await findUser(request.caller.tenant, userId);
  if (!user) throw new Refusal('user.not_found');
  return change(user, input, request);
};
