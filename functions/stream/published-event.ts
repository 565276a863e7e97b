import { messageIdOf } from '#contract/ids.ts';
import { PublishedEvent } from '#contract/published-events.ts';
import { type Change, changeOf } from '#table/change.ts';
import { HeadEntity } from '#table/conversation.ts';
import { MediaEntity } from '#table/media.ts';
import { MemberEntity } from '#table/member.ts';
import { MessageEntity } from '#table/message.ts';
import { toMentions } from '#table/message-parts.ts';
import { type LoggedMessage, loggedMessage } from './logged-message.ts';

const instant = (at: number): string => new Date(at).toISOString();

/** Tenant and own id in a partition key `T#<tenant>#<kind>#<id>`. */
const idsOf = (pk: string): { tenant: string | undefined; id: string | undefined } => {
  const [, tenant, , id] = pk.split('#');
  return { tenant, id };
};

const ofMessage = ({ tenant, conversationId, seq, stored }: LoggedMessage) => ({
  tenant,
  conversationId,
  seq,
  messageId: messageIdOf(conversationId, seq),
  senderId: stored.u,
});

const messageCreated = (change: Change): PublishedEvent => {
  const logged = loggedMessage(change);
  const { b, m, a } = logged.stored;
  return PublishedEvent.parse({
    type: 'message.created',
    detail: { ...ofMessage(logged), kind: b.type, mentions: toMentions(m), at: instant(a) },
  });
};

/** Only a change of what a message says is one to others: reactions, threads, pins and the archive leave its version alone. */
const messageChanged = (change: Change): PublishedEvent | undefined => {
  if (change.item.v === change.before?.v) return undefined;
  const logged = loggedMessage(change);
  const { b, v, e } = logged.stored;
  return PublishedEvent.parse({
    type: b.type === 'deleted' ? 'message.deleted' : 'message.updated',
    detail: { ...ofMessage(logged), version: v, at: instant(e ?? change.at) },
  });
};

const memberCame = ({ key, item }: Change): PublishedEvent => {
  const { tenant } = idsOf(key.pk);
  const { conversationId, userId, role, addedBy, joinedSeq, joinedAt } = MemberEntity.fromItem(item);
  return PublishedEvent.parse({
    type: 'participant.added',
    detail: { tenant, conversationId, userId, role, addedBy, joinedSeq, at: instant(joinedAt) },
  });
};

const memberWent = ({ key, item, at }: Change): PublishedEvent => {
  const { tenant } = idsOf(key.pk);
  const { conversationId, userId, joinedSeq } = MemberEntity.fromItem(item);
  return PublishedEvent.parse({
    type: 'participant.removed',
    detail: { tenant, conversationId, userId, joinedSeq, at: instant(at) },
  });
};

const conversationCreated = ({ key, item }: Change): PublishedEvent => {
  const { tenant, id } = idsOf(key.pk);
  const { type, createdBy, createdAt } = HeadEntity.fromItem(item);
  return PublishedEvent.parse({
    type: 'conversation.created',
    detail: { tenant, conversationId: id, kind: type, createdBy, at: instant(createdAt) },
  });
};

const mediaUpdated = ({ key, item, at }: Change): PublishedEvent => {
  const { tenant } = idsOf(key.pk);
  const { mediaId, ownerId, state, version } = MediaEntity.fromItem(item);
  return PublishedEvent.parse({
    type: 'media.updated',
    detail: { tenant, mediaId, ownerId, state, version, at: instant(at) },
  });
};

/**
 * What a change of the table is worth saying on the event bus; undefined when nothing: messages that came, changed or were
 * deleted, new conversations, members that came or went, media that took a state. Raises a `ZodError` when the record cannot be read.
 */
export function publishedEvent(record: unknown): PublishedEvent | undefined {
  const change = changeOf(record);
  const { op, entity, item, before } = change;
  if (entity === MessageEntity.type)
    return op === 'INSERT' ? messageCreated(change) : op === 'MODIFY' ? messageChanged(change) : undefined;
  if (entity === MemberEntity.type)
    return op === 'INSERT' ? memberCame(change) : op === 'REMOVE' ? memberWent(change) : undefined;
  if (entity === HeadEntity.type) return op === 'INSERT' ? conversationCreated(change) : undefined;
  if (entity === MediaEntity.type)
    return op !== 'REMOVE' && item.state !== before?.state ? mediaUpdated(change) : undefined;
  return undefined;
}
