import { cursorFor, positionOf } from '#runtime/cursor.ts';
import { digestOfSet } from '#table/digest.ts';
import type { TenantKey } from '#table/entity.ts';

/** What a user's cursor says. */
export interface UserCursor {
  /** When everything was looked at last (ms). */
  readonly at: number;
  /** Of the conversations that the user was in, and since when. */
  readonly digest: string;
}

const listOf = (tenant: TenantKey, userId: string): string => `sync\n${tenant}\n${userId}`;

/** A cursor as the client keeps it: signed, and of one user. */
export const userCursor = (key: Buffer, tenant: TenantKey, userId: string, { at, digest }: UserCursor): string =>
  cursorFor(key, listOf(tenant, userId), [at, digest]);

/** What a cursor says that `userCursor` made for the same user. Raises `request.cursor_invalid`. */
export const readUserCursor = (key: Buffer, tenant: TenantKey, userId: string, cursor: string): UserCursor => {
  const [at, digest] = positionOf(key, listOf(tenant, userId), cursor);
  return { at: Number(at), digest: String(digest) };
};

/** Digest of a set of memberships: another as soon as one is joined, left, or left and joined again. */
export const digestOfMemberships = (
  memberships: readonly { readonly conversationId: string; readonly joinedSeq: number }[],
): string => digestOfSet(memberships.map(({ conversationId, joinedSeq }) => `${conversationId} ${joinedSeq}`));
