import { isDenied } from '#domain/upload.ts';
import { keepOriginal, openUpload, peekUpload } from '#gateways/quarantine.ts';
import { putRendition } from '#gateways/renditions.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import { documentWork, type Shelves } from './document-work.ts';
import { onVerdict } from './on-verdict.ts';
import { pictureWork } from './picture-work.ts';

const denied: Shelves['denied'] = async (tenant) => {
  const { uploads } = await rulesOf(tenant, Date.now());
  return (contentType) => isDenied(contentType, uploads);
};

/** Makes what is served of pictures and files that were found clean. */
export const handler = onVerdict((kind) =>
  kind === 'image'
    ? pictureWork({ open: openUpload, put: putRendition })
    : documentWork({ peek: peekUpload, keep: keepOriginal, denied }),
);
