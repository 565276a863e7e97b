import { openUpload } from '#gateways/quarantine.ts';
import { putRendition } from '#gateways/renditions.ts';
import { onVerdict } from './on-verdict.ts';
import { pictureWork } from './picture-work.ts';

/** What the functions have of the two buckets. */
const pictures = pictureWork({ open: openUpload, put: putRendition });

/** Turns pictures that were found clean into renditions. */
export const handler = onVerdict(() => pictures);
