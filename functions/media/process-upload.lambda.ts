import { isDeniedFile } from '#domain/document.ts';
import { keepOriginal, openUpload, peekUpload } from '#gateways/quarantine.ts';
import { putRendition } from '#gateways/renditions.ts';
import { documentWork } from './document-work.ts';
import { onVerdict } from './on-verdict.ts';
import { pictureWork } from './picture-work.ts';

/** Makes what is served of pictures and files that were found clean. */
export const handler = onVerdict((kind) =>
  kind === 'image'
    ? pictureWork({ open: openUpload, put: putRendition })
    : documentWork({ peek: peekUpload, keep: keepOriginal, denied: async () => isDeniedFile }),
);
