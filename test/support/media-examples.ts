import { CONVERSATION_ID, MEDIA_ID, UPLOAD_ID } from './example-ids.ts';
import type { Inputs } from './example-inputs.ts';

/** Those of files. */
export const MEDIA_EXAMPLES: Pick<Inputs, 'media' | 'library' | 'downloads'> = {
  media: {
    requestUpload: { fileName: 'engine.jpg', contentType: 'image/jpeg', bytes: 120_000 },
    getUpload: { mediaId: UPLOAD_ID },
    addUploadParts: {
      mediaId: UPLOAD_ID,
      parts: [{ part: 1, sha256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }],
    },
    completeUpload: { mediaId: MEDIA_ID },
    cancelUpload: { mediaId: UPLOAD_ID },
    getMyUsage: {},
    getTenantUsage: {},
    getMedia: { mediaId: MEDIA_ID },
  },
  library: {
    listConversationMedia: { conversationId: CONVERSATION_ID, type: 'image', limit: 10 },
    removeMedia: { mediaId: MEDIA_ID },
    listQuarantined: { limit: 10 },
    listCleanupReports: { limit: 10 },
    reconcileMedia: { dryRun: true },
  },
  downloads: {
    getMediaUrl: { mediaId: MEDIA_ID, rendition: 'thumbnail' },
    getMediaUrls: { mediaIds: [MEDIA_ID] },
    listDownloads: { mediaId: MEDIA_ID, limit: 10 },
    listTenantDownloads: { from: '2026-11-01', to: '2026-11-30' },
  },
};
