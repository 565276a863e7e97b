import { messageIdOf } from '#contract/ids.ts';
import { PublishedEvent } from '#contract/published-events.ts';
import { type Change, changeOf } from '#table/change.ts';
import { HeadEntity } from '#table/conversation.ts';
import { MediaEntity } from '#table/media.ts';
import { MessageEntity } from '#table/message.ts';
import { loggedMessage } from './logged-message.ts';

const instant = (at: number): string => new Date(at).toISOString();

/** Tenant and own id in a partition key `T#<tenant>#<kind>#<id>`. */
const idsOf = (pk: string): { tenant: string | undefined; id: string | undefined } => {
  const [, tenant, , id] = pk.split('#');
  return { tenant, id };
};

const messageCreated = (change: Change): PublishedEvent => {
  const { tenant, conversationId, seq, stored } = loggedMessage(change);
  const messageId = messageIdOf(conversationId, seq);
  return PublishedEvent.parse({
    type: 'message.created',
    detail: { tenant, conversationId, seq, messageId, senderId: stored.u, kind: stored.b.type, at: instant(stored.a) },
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
 * What a change of the table is worth saying on the event bus; undefined when nothing: new messages, new conversations,
 * media that took a state. Raises a `ZodError` when the record cannot be read.
 */
export function publishedEvent(record: unknown): PublishedEvent | undefined {
  const change = changeOf(record);
  const { op, entity, item, before } = change;
  if (entity === MessageEntity.type) return op === 'INSERT' ? messageCreated(change) : undefined;
  if (entity === HeadEntity.type) return op === 'INSERT' ? conversationCreated(change) : undefined;
  if (entity === MediaEntity.type)
    return op !== 'REMOVE' && item.state !== before?.state ? mediaUpdated(change) : undefined;
  return undefined;
}
