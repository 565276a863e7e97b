import { mediaApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { getMedia } from './get-media.ts';
import { requestUpload } from './request-upload.ts';

export const handler = service(mediaApi, { requestUpload, getMedia });
