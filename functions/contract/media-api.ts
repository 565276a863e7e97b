import * as downloads from './downloads.ts';
import * as gallery from './gallery.ts';
import * as media from './media.ts';
import * as mediaAdmin from './media-admin.ts';
import type { Route } from './route.ts';
import * as uploads from './uploads.ts';

/** The operations of each service of files, as `api.ts` has those of all others. */
export const mediaApi = {
  requestUpload: uploads.requestUpload,
  getUpload: uploads.getUpload,
  addUploadParts: uploads.addUploadParts,
  completeUpload: uploads.completeUpload,
  cancelUpload: uploads.cancelUpload,
  getMyUsage: uploads.getMyUsage,
  getTenantUsage: uploads.getTenantUsage,
  getMedia: media.getMedia,
} as const satisfies Record<string, Route>;
export const downloadsApi = {
  getMediaUrl: downloads.getMediaUrl,
  getMediaUrls: downloads.getMediaUrls,
  listDownloads: downloads.listDownloads,
  listTenantDownloads: downloads.listTenantDownloads,
} as const satisfies Record<string, Route>;
export const libraryApi = {
  listConversationMedia: gallery.listConversationMedia,
  removeMedia: mediaAdmin.removeMedia,
  listQuarantined: mediaAdmin.listQuarantined,
  listCleanupReports: mediaAdmin.listCleanupReports,
  reconcileMedia: mediaAdmin.reconcileMedia,
} as const satisfies Record<string, Route>;
