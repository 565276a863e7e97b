import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Upload } from './quarantine.ts';

/** Writes an upload to a file as it comes: of a gigabyte no more than a few chunks are in memory. */
export const download = (upload: Upload, file: string): Promise<void> =>
  pipeline(upload.parts(), createWriteStream(file));
