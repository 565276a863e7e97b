import type { deleteDraft, getDraft, listDrafts, putDraft } from '#contract/drafts.ts';
import { partsOfMessageId } from '#contract/ids.ts';
import { tellOwn } from '#delivery/tell-own.ts';
import { Refusal } from '#domain/refusal.ts';
import { signingKey } from '#gateways/signing-key.ts';
import type { Caller } from '#runtime/caller.ts';
import { cursorFor, positionOf } from '#runtime/cursor.ts';
import type { Handle, Request } from '#runtime/service.ts';
import { expectedVersion } from '#runtime/version.ts';
import { findHeadFor, headsOf } from '#table/conversation-list.ts';
import {
  type DraftId,
  dropDraft,
  findDraft,
  listDrafted,
  type StoredDraft,
  storeDraft,
  toDraft,
} from '#table/draft.ts';

/** Tries of taking away whatever is there; each failure means that another device wrote meanwhile. */
const ROUNDS = 5;

interface Place {
  readonly conversationId: string;
  readonly threadId?: string | undefined;
}

/** Which draft is meant, for a member. Raises `conversation.not_found`. */
async function placeOf({ conversationId, threadId }: Place, { tenant, userId }: Caller): Promise<DraftId> {
  const thread = threadId === undefined ? undefined : partsOfMessageId(threadId);
  if (thread && thread.conversationId !== conversationId)
    throw new Refusal('request.invalid', { issues: [{ path: 'threadId', message: 'of another conversation' }] });
  const { head, member } = await findHeadFor(tenant, conversationId, userId);
  if (!head || !member) throw new Refusal('conversation.not_found');
  return { userId, conversationId, thread: thread?.seq };
}

const versionSaid = (version: number | undefined, { ifMatch }: Request): number | undefined =>
  ifMatch === undefined ? version : expectedVersion(version, ifMatch);

const answer = (id: DraftId, stored: StoredDraft | undefined) => {
  const body = toDraft(id, stored);
  return { body, headers: { etag: `"${body.version}"` } };
};

/** True when the version is that of the draft; 0 says that there is none, whatever was there before. */
const isCurrent = (stored: StoredDraft | undefined, version: number): boolean =>
  version === 0 ? stored?.content === undefined : stored?.version === version;

const conflict = async (tenant: Caller['tenant'], id: DraftId) =>
  new Refusal('draft.version_conflict', { current: toDraft(id, await findDraft(tenant, id)) });

const tell = ({ tenant, userId }: Caller, id: DraftId, { version, content }: StoredDraft): Promise<void> =>
  tellOwn(tenant, userId, {
    type: 'draft:updated',
    conversationId: id.conversationId,
    threadId: toDraft(id, undefined).threadId,
    version,
    removed: content === undefined,
  });

/** Keeps the caller's draft; only their own devices hear of it. The last writer wins only over what it has seen. */
export const handlePutDraft: Handle<typeof putDraft> = async (
  { conversationId, threadId, version, ...content },
  request,
) => {
  const { caller, at } = request;
  const expected = versionSaid(version, request) ?? 0;
  const id = await placeOf({ conversationId, threadId }, caller);
  const before = await findDraft(caller.tenant, id);
  const stored = isCurrent(before, expected) && (await storeDraft(caller.tenant, id, before, content, at));
  if (!stored) throw await conflict(caller.tenant, id);
  await tell(caller, id, stored);
  return answer(id, stored);
};

export const handleGetDraft: Handle<typeof getDraft> = async (place, { caller }) => {
  const id = await placeOf(place, caller);
  return answer(id, await findDraft(caller.tenant, id));
};

/** Takes the caller's draft away. What is not there stays so. */
export const handleDeleteDraft: Handle<typeof deleteDraft> = async ({ version, ...place }, request) => {
  const { caller, at } = request;
  const expected = versionSaid(version, request);
  const id = await placeOf(place, caller);
  for (let round = 0; round < ROUNDS; round++) {
    const before = await findDraft(caller.tenant, id);
    if (!before?.content) return { ...answer(id, before), replayed: true };
    if (expected !== undefined && !isCurrent(before, expected)) throw await conflict(caller.tenant, id);
    const stored = await dropDraft(caller.tenant, id, before, at);
    if (!stored) continue;
    await tell(caller, id, stored);
    return answer(id, stored);
  }
  throw new Refusal('service.contended');
};

export const handleListDrafts: Handle<typeof listDrafts> = async ({ limit, cursor }, { caller }) => {
  const { tenant, userId } = caller;
  const key = await signingKey('cursor');
  const list = `drafts\n${tenant}\n${userId}`;
  const after = cursor === undefined ? undefined : String(positionOf(key, list, cursor)[0]);
  const { drafts, next } = await listDrafted(tenant, userId, { after, limit });
  // What was purged is nothing any more to write into.
  const heads = await headsOf(tenant, [...new Set(drafts.map(({ conversationId }) => conversationId))]);
  const there = drafts.filter(({ conversationId }) => heads.has(conversationId));
  return {
    body: {
      items: there.map((draft) => toDraft({ conversationId: draft.conversationId, thread: draft.thread }, draft)),
      nextCursor: next === undefined ? null : cursorFor(key, list, [next]),
    },
  };
};
