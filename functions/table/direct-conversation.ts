import { createHash } from 'node:crypto';
import type { TenantKey } from './entity.ts';

/** The one id that a direct conversation between two users can have, whoever asks and in whatever order. */
export const directConversationId = (tenant: TenantKey, ...pair: readonly [string, string]): string =>
  `cnv_${createHash('sha256')
    .update(['direct', tenant, ...[...pair].sort()].join('\n'))
    .digest('base64url')
    .slice(0, 22)}`;
