import type { Media, Operations } from './contract.ts';
import { asParleyError, ParleyError } from './errors.ts';
import type { Host } from './host.ts';
import type { Call } from './http.ts';
import { waitAfter } from './retry.ts';
import type { Timers } from './timers.ts';

/** Parts that are sent at once, and that addresses are asked for at once; times that one is sent before all is given up. */
const [AT_ONCE, ASKED, TRIES] = [3, 12, 5];

type Way = Extract<Operations['requestUpload']['output']['upload'], { readonly method: 'multipart' }>;
type Address = Operations['addUploadParts']['output']['parts'][number];

/** What an upload works with. */
export interface Means {
  readonly host: Host;
  readonly timers: Timers;
  readonly call: Call;
  readonly onProgress: (sent: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Raises `upload.aborted` once its caller has given the upload up. */
export function goOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new ParleyError({ status: 0, code: 'upload.aborted', title: 'The upload was stopped by its caller.' });
}

/** The storage did not take what was sent: it is sent again, to a new address. */
export const notTaken = (status: number): ParleyError =>
  new ParleyError({ status: 0, code: 'upload.failed', title: `The storage answered ${status}.` });

/** The digest of one part: the only bytes of the file that are read into memory here. */
async function digestOf(part: Blob): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', await part.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

/**
 * Sends a file in parts, those that the storage does not have with the same digest, and has them put together. What arrived of an
 * earlier attempt is kept, whoever began it.
 */
export async function sendParts(file: Blob, mediaId: string, { partBytes, parts }: Way, means: Means): Promise<Media> {
  const { call, onProgress, signal } = means;
  const sliceOf = (part: number): Blob => file.slice((part - 1) * partBytes, part * partBytes);
  const before = await call('getUpload', { mediaId });
  const there = new Map(before.parts.map(({ part, sha256 }) => [part, sha256]));
  let sent = 0;
  const told = (part: number): void => {
    sent += sliceOf(part).size;
    onProgress(sent);
  };

  const send = async ({ part, sha256, ...first }: Address & { readonly sha256: string }): Promise<void> => {
    let { url, headers } = first;
    for (let attempt = 0; ; attempt++) {
      try {
        goOn(signal);
        const put = { method: 'PUT', headers, body: sliceOf(part), ...(signal ? { signal } : {}) };
        const { status } = await means.host.fetch(url, put);
        if (status >= 300) throw notTaken(status);
        return told(part);
      } catch (thrown) {
        goOn(signal);
        const error = asParleyError(thrown);
        if (error.isFinal || attempt + 1 >= TRIES) throw error;
        await means.timers.sleep(waitAfter(means.timers, attempt, error));
        // The address may be out of date.
        [{ url, headers }] = (await call('addUploadParts', { mediaId, parts: [{ part, sha256 }] })).parts as [Address];
      }
    }
  };

  // Put together by an attempt that did not hear of it: there are no parts any more.
  const isWhole = before.bytes.arrived === file.size && there.size === 0;
  for (let next = isWhole ? parts + 1 : 1; next <= parts; ) {
    const asked: { part: number; sha256: string }[] = [];
    for (; next <= parts && asked.length < ASKED; next++) {
      goOn(signal);
      const sha256 = await digestOf(sliceOf(next));
      if (there.get(next) === sha256) told(next);
      else asked.push({ part: next, sha256 });
    }
    if (asked.length === 0) break;
    const { parts: addresses } = await call('addUploadParts', { mediaId, parts: asked });
    const waiting = addresses.map((address, index) => ({ ...address, sha256: asked[index]!.sha256 }));
    const lane = async (): Promise<void> => {
      for (let one = waiting.shift(); one; one = waiting.shift()) await send(one);
    };
    const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
    const failed = lanes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }
  goOn(signal);
  return (await call('completeUpload', { mediaId })).media;
}
