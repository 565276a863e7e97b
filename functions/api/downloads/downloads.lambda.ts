import { downloadsApi } from '#contract/media-api.ts';
import { service } from '#runtime/service.ts';
import { getMediaUrl } from './get-media-url.ts';
import { getMediaUrls } from './get-media-urls.ts';
import { handleListDownloads } from './list-downloads.ts';
import { listTenantDownloads } from './list-tenant-downloads.ts';

export const handler = service(downloadsApi, {
  getMediaUrl,
  getMediaUrls,
  listDownloads: handleListDownloads,
  listTenantDownloads,
});
