import { keepOriginal, openUpload } from '#gateways/quarantine.ts';
import { download } from '#gateways/recordings.ts';
import { putFile, putRendition } from '#gateways/renditions.ts';
import { onVerdict } from './on-verdict.ts';
import { recordingWork } from './recording-work.ts';

const recordings = recordingWork({ open: openUpload, download, put: putRendition, putFile, keep: keepOriginal });

/** Makes video and sound that were found clean playable. */
export const handler = onVerdict(() => recordings);
