import * as z from 'zod';
import { documents } from '#aws/documents.ts';
import { removePart } from './archive-object.ts';
import { ArchivePartEntity } from './archive-part.ts';
import { ArchivePlanEntity } from './archive-plan.ts';
import { conversationPartition } from './conversation.ts';
import type { Item, Key, TenantKey } from './entity.ts';
import { InvitationEntity } from './invitation.ts';
import { ChangeEntity } from './log/change.ts';
import { KEPT } from './media-kept.ts';
import type { MediaLinkId } from './media-link.ts';
import { linksOf, release } from './media-reference.ts';
import { logPartition, MessageEntity, seqOf } from './message.ts';
import { partitionOf as reactionsOf } from './reaction.ts';
import { ReceivedEntity } from './received-invitation.ts';
import { remove, removePartition } from './removal.ts';
import { TABLE } from './schema.ts';
import { ProfileEntity } from './settings.ts';
import { tableName } from './table-name.ts';
import { ThreadMemberEntity } from './thread-member.ts';

/** Items of a conversation that are looked at and deleted at a time. */
const STEP = 100;

/** What of a profile, or of one version of it, names a media. */
const Pictured = z.object({ settings: z.object({ avatarId: z.string().nullish() }) });

/** The links of media that one item of a conversation's partitions leads to. */
function linksFrom(conversationId: string, item: Item): MediaLinkId[] {
  switch (item[TABLE.entity]) {
    case MessageEntity.type:
      return linksOf({ conversationId, seq: seqOf(item.sk) }, MessageEntity.fromItem(item));
    case ChangeEntity.type: {
      // Of what is deleted a legal hold has kept the links.
      const { d } = ChangeEntity.fromItem(item);
      return d.kind === 'message_deleted' ? linksOf({ conversationId, seq: d.seq }, { b: d.before }) : [];
    }
    case ProfileEntity.type: {
      const { avatarId } = Pictured.parse(item).settings;
      return avatarId ? [KEPT.asPictureOf(conversationId, avatarId)] : [];
    }
    default:
      return [];
  }
}

/** The keys outside the conversation's own partitions that one item of them leads to. */
function linkedKeys(tenant: TenantKey, conversationId: string, item: Item): Key[] {
  if (item[TABLE.entity] !== InvitationEntity.type) return [];
  const { userId } = InvitationEntity.fromItem(item);
  return userId === undefined ? [] : [ReceivedEntity.key(tenant, { userId, conversationId })];
}

/** Removes what hangs on an item, then the item itself: whoever dies on the way finds it again. */
async function removeWithAll(tenant: TenantKey, conversationId: string, item: Item): Promise<number> {
  const linked = linkedKeys(tenant, conversationId, item);
  const links = linksFrom(conversationId, item);
  let count = linked.length + links.length + 1;
  const at = Date.now();
  await Promise.all([...linked.map(remove), ...links.map((link) => release(tenant, link, at))]);
  if (item[TABLE.entity] === MessageEntity.type) {
    const seq = seqOf(item.sk);
    // Somebody may follow what nobody has replied to yet: the message does not say.
    const partitions = [
      reactionsOf(tenant, { conversationId, seq }),
      ThreadMemberEntity.key(tenant, { conversationId, root: seq, userId: '' }).pk,
    ];
    for (const removed of await Promise.all(partitions.map(removePartition))) count += removed;
  }
  const archived = [ArchivePartEntity, ArchivePlanEntity].find(({ type }) => type === item[TABLE.entity]);
  if (archived) await removePart(archived.fromItem(item).key);
  await remove({ pk: String(item.pk), sk: String(item.sk) });
  return count;
}

/**
 * AP-297 Delete the next of what is stored of a conversation that has no head any more, with what hangs on it: its log with
 * reactions, threads and media links, then members, settings, invitations and all else beside them. Answers how much it was;
 * 0 when nothing is left. Any number of times.
 */
export async function removeSome(tenant: TenantKey, conversationId: string): Promise<number> {
  for (const pk of [logPartition(tenant, conversationId), conversationPartition(tenant, conversationId)]) {
    const { Items } = await documents.query({
      TableName: tableName(),
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      Limit: STEP,
    });
    if (Items.length === 0) continue;
    const counts = await Promise.all(Items.map((item) => removeWithAll(tenant, conversationId, item)));
    return counts.reduce((sum, count) => sum + count, 0);
  }
  return 0;
}
