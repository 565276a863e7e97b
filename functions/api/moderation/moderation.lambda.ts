import { moderationApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleListAudit } from './list-audit.ts';

export const handler = service(moderationApi, { listAudit: handleListAudit });
