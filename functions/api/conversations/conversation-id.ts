import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { TenantKey } from '#table/entity.ts';

const idFrom = (...parts: readonly string[]): string =>
  `cnv_${createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 22)}`;

/** The id of the conversation that a user creates under an Idempotency-Key: the same key is the same conversation. */
export const keyedConversationId = (tenant: TenantKey, userId: string, idempotencyKey: string): string =>
  idFrom('keyed', tenant, userId, idempotencyKey);

/** An id for a conversation created without an Idempotency-Key. */
export const freshConversationId = (): string =>
  `cnv_${Buffer.from(uuidv7({}, new Uint8Array(16))).toString('base64url')}`;
