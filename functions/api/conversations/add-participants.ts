import { setApart } from '#changing/set-apart.ts';
import { MEMBER_CAP } from '#contract/conversations.ts';
import type { addParticipants } from '#contract/participants.ts';
import type { Output } from '#contract/route.ts';
import { announce } from '#delivery/announce.ts';
import { refusalToAdd } from '#domain/membership.ts';
import { Refusal } from '#domain/refusal.ts';
import { isInForce } from '#domain/roles.ts';
import { rolesToAdd } from '#domain/settings.ts';
import type { Caller } from '#runtime/caller.ts';
import { mintClientId, parseOperationId, partOfOperation } from '#runtime/operation-id.ts';
import type { Handle } from '#runtime/service.ts';
import { listenersOf } from '#table/bump.ts';
import type { Head } from '#table/conversation.ts';
import { findHeadFor } from '#table/conversation-list.ts';
import { digestOf } from '#table/digest.ts';
import { appendInOrder } from '#table/log/append-in-order.ts';
import { logOf } from '#table/log/dynamo-store.ts';
import { forget } from '#table/log/settle.ts';
import { findStoredMessage, type StoredMessage, toMessage } from '#table/message.ts';
import { addMembers, MOST_AT_ONCE } from '#table/participants-add.ts';
import { readRoom } from '#table/participants-room.ts';

type Result = Output<typeof addParticipants>['results'][number];

/** Times one number is tried with fewer users because others joined, or the cap filled, meanwhile. */
const TRIES = 5;

/** Adds users, each reported. One number of the log and one transaction for up to 50 of them. */
export const handleAddParticipants: Handle<typeof addParticipants> = async (
  { conversationId, userIds },
  { caller, idempotencyKey },
) => {
  const { head, member } = await findHeadFor(caller.tenant, conversationId, caller.userId);
  const refusal = refusalToAdd(head, member);
  if (refusal || !head) throw refusal ?? new Refusal('conversation.not_found');
  const operationId = parseOperationId(idempotencyKey) ?? mintClientId();
  const unique = [...new Set(userIds)];
  const results: Result[] = [];
  for (let from = 0; from < unique.length; from += MOST_AT_ONCE) {
    const some = unique.slice(from, from + MOST_AT_ONCE);
    const part = partOfOperation(operationId, from / MOST_AT_ONCE);
    results.push(...(await addSome(caller, conversationId, head, some, part)));
  }
  return { body: { results } };
};

async function addSome(
  { tenant, userId: actor }: Caller,
  conversationId: string,
  { type, rules }: Head,
  userIds: readonly string[],
  operationId: string,
): Promise<Result[]> {
  const cap = MEMBER_CAP[type];
  const log = logOf(tenant, conversationId);

  /** Who can be let in now: not in yet, not banned, and within the cap. */
  const plan = async () => {
    const { members, standings, count } = await readRoom(tenant, conversationId, {
      members: userIds,
      standings: userIds,
    });
    const isBanned = (userId: string): boolean => isInForce(standings.get(userId)?.ban, Date.now());
    const outside = userIds.filter((userId) => !members.has(userId) && !isBanned(userId));
    const adding = outside.slice(0, Math.max(0, cap - count.members));
    return { members, isBanned, count, adding, returning: adding.filter((userId) => standings.has(userId)) };
  };

  const before = await plan();
  const { members, isBanned } = before;
  const report = (added: readonly string[]): Result[] =>
    userIds.map((userId) => ({
      userId,
      status: added.includes(userId)
        ? 'added'
        : members.has(userId)
          ? 'already_member'
          : isBanned(userId)
            ? 'banned'
            : 'full',
    }));
  const hash = digestOf(userIds);
  // A repetition of an operation that added them all finds nobody left to add: the log knows what it answered.
  let entry: StoredMessage | undefined;
  if (before.adding.length === 0) return report([]);
  let now = before;
  const store = async (seq: number, at: number): Promise<boolean> => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const { adding, returning, count } = now;
      if (adding.length === 0) throw new Refusal('service.contended');
      const written = await addMembers(tenant, {
        conversationId,
        actor,
        actorRoles: rolesToAdd(rules),
        userIds: adding,
        cap,
        returning,
        seen: count,
        seq,
        at,
        operationId,
        hash,
      });
      if (written === 'seq') return false;
      if (written === 'actor') throw new Refusal('participant.forbidden');
      if (typeof written === 'object') {
        entry = written;
        return true;
      }
      now = await plan();
    }
    throw new Refusal('service.contended');
  };
  const appended = await appendInOrder(
    log,
    { author: actor, clientId: operationId, hash, store },
    { permit: Promise.resolve(undefined) },
  );
  entry ??= await findStoredMessage(tenant, { conversationId, seq: appended.seq });
  if (entry?.b.type !== 'system') throw new Error(`log entry ${appended.seq} is not the one that was appended`);
  const added = entry.b.userIds;
  const message = toMessage(conversationId, appended.seq, entry);
  const event = { type: 'participant:added', conversationId, seq: appended.seq, userIds: added, message } as const;
  const listeners = listenersOf(tenant, conversationId);
  const audience = listeners.then((found) => found.map((listener) => listener.userId));
  await Promise.all([
    announce(tenant, audience, conversationId, [event]),
    setApart(tenant, conversationId, listeners),
    appended.head && forget(log, appended.head),
  ]);
  return report(added);
}
