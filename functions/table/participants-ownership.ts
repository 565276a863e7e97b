import * as z from 'zod';
import type { TransactItem } from '#aws/documents.ts';
import { conversationPartition } from './conversation.ts';
import { entity, join, type Key, type TenantKey } from './entity.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** An owner's offer to make somebody an owner, until it expires. One for each user it is made to. */
const Offer = z.object({
  from: z.string(),
  to: z.string(),
  /** True when who offers becomes an admin in the same moment. */
  stepDown: z.boolean(),
  at: z.number(),
  expiresAt: z.number(),
  /** The number that made `from` what they were then; an owner who lost it and has it again offers anew. */
  fromGrantedSeq: z.number(),
});
export type Offer = z.output<typeof Offer>;

export const OfferEntity = entity({
  type: 'ownership-offer',
  schema: Offer,
  key: (tenant: TenantKey, { conversationId, to }: { conversationId: string; to: string }): Key => ({
    pk: conversationPartition(tenant, conversationId),
    sk: join('OFFER', to),
  }),
});

/** Writes the offer, in place of an earlier one to the same user. */
export const offered = (tenant: TenantKey, conversationId: string, offer: Offer): TransactItem => ({
  Put: {
    TableName: tableName(),
    Item: {
      ...OfferEntity.toItem(tenant, { conversationId, to: offer.to }, offer),
      [TABLE.ttl]: Math.ceil(offer.expiresAt / 1_000),
    },
  },
});

/** Removes the offer, while it is this very one. */
export const offerTaken = (tenant: TenantKey, conversationId: string, { to, from, at }: Offer): TransactItem => ({
  Delete: {
    TableName: tableName(),
    Key: OfferEntity.key(tenant, { conversationId, to }),
    ConditionExpression: '#from = :from AND #at = :at',
    ExpressionAttributeNames: { '#from': 'from', '#at': 'at' },
    ExpressionAttributeValues: { ':from': from, ':at': at },
  },
});
