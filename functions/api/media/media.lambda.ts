import { mediaApi } from '#contract/media-api.ts';
import { service } from '#runtime/service.ts';
import { cancelUpload } from './cancel-upload.ts';
import { getMedia } from './get-media.ts';
import { handleGetMyUsage, handleGetTenantUsage } from './get-usage.ts';
import { requestUpload } from './request-upload.ts';
import { handleAddUploadParts, handleCompleteUpload, handleGetUpload } from './upload-parts.ts';

export const handler = service(mediaApi, {
  requestUpload,
  getUpload: handleGetUpload,
  addUploadParts: handleAddUploadParts,
  completeUpload: handleCompleteUpload,
  cancelUpload,
  getMyUsage: handleGetMyUsage,
  getTenantUsage: handleGetTenantUsage,
  getMedia,
});
