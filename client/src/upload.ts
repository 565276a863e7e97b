import type { ServerClock } from './clock.ts';
import type { Media, Operations } from './contract.ts';
import { asParleyError, ParleyError } from './errors.ts';
import type { Host } from './host.ts';
import type { Call } from './http.ts';
import { waitAfter } from './retry.ts';
import type { Timers } from './timers.ts';
import { goOn, notTaken, sendParts } from './upload-parts.ts';

/** Times that a form is posted before the upload is given up, until it is asked for again. */
const TRIES = 5;

export interface UploadOptions {
  readonly fileName: string;
  /** What the file is; without it, what its type says. */
  readonly contentType?: string;
  /** Bytes that were sent, of how many: for a small file, in browsers, while they are; for a large one part by part. */
  readonly onProgress?: (sent: number, of: number) => void;
  /** The key of an earlier attempt at the same upload, to go on with it: also after a reload. */
  readonly key?: string;
  /** Stops sending; what was sent is kept for a day, for another attempt under the same key. */
  readonly signal?: AbortSignal;
  /** In parts though it is small, so that an attempt that breaks off is gone on with. */
  readonly multipart?: boolean;
  /** Pictures are wanted as JPEG too. */
  readonly jpeg?: boolean;
}

export interface Upload {
  /** Keep it to go on with the upload later. */
  readonly key: string;
  readonly done: Promise<Media>;
}

type Form = Extract<Operations['requestUpload']['output']['upload'], { readonly method: 'post' }>;

/** The form as its bytes: the file comes last, and the whole has a length, which S3 wants. */
export function formOf(fields: Form['fields'], file: Blob, boundary: string): Blob {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const last = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="file"\r\n\r\n`;
  return new Blob([...parts, last, file, `\r\n--${boundary}--\r\n`]);
}

/** Uploads files: small ones with a form, posted again where that fails; large ones in parts. */
export class Uploads {
  readonly #host: Host;
  readonly #timers: Timers;
  readonly #clock: ServerClock;
  readonly #call: Call;

  constructor(host: Host, timers: Timers, clock: ServerClock, call: Call) {
    this.#host = host;
    this.#timers = timers;
    this.#clock = clock;
    this.#call = call;
  }

  /** Starts an upload. `done` raises `ParleyError`. */
  start(file: Blob, options: UploadOptions): Upload {
    const key = options.key ?? this.#clock.mint();
    return { key, done: this.#run(file, key, options) };
  }

  async #run(file: Blob, key: string, options: UploadOptions): Promise<Media> {
    const { fileName, contentType = file.type, onProgress, signal, multipart, jpeg } = options;
    const told = (sent: number): void => onProgress?.(Math.min(sent, file.size), file.size);
    for (let attempt = 0; ; attempt++) {
      try {
        goOn(signal);
        // The same key is answered with the same media, and a form that is still good.
        const { media, upload } = await this.#call(
          'requestUpload',
          { fileName, contentType, bytes: file.size, ...(multipart ? { multipart } : {}), ...(jpeg ? { jpeg } : {}) },
          { idempotencyKey: key },
        );
        if (!upload) return media;
        told(0);
        if (upload.method === 'multipart') {
          const means = { host: this.#host, timers: this.#timers, call: this.#call, onProgress: told, signal };
          return await sendParts(file, media.id, upload, means);
        }
        await this.#post(upload, file, key, told, signal);
        told(file.size);
        return media;
      } catch (thrown) {
        goOn(signal);
        const error = asParleyError(thrown);
        if (error.isFinal || attempt + 1 >= TRIES) throw error;
        await this.#timers.sleep(waitAfter(this.#timers, attempt, error));
      }
    }
  }

  async #post(
    { url, fields }: Form,
    file: Blob,
    key: string,
    told: (sent: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const boundary = `parley-${key}`;
    const body = formOf(fields, file, boundary);
    const type = `multipart/form-data; boundary=${boundary}`;
    const request = { method: 'POST', headers: { 'content-type': type }, body, ...(signal ? { signal } : {}) };
    const status = this.#host.XMLHttpRequest
      ? await this.#postWithProgress(url, body, type, told, signal)
      : (await this.#host.fetch(url, request)).status;
    // A form that S3 refuses is out of date, or was used: another one is asked for.
    if (status >= 300) throw notTaken(status);
  }

  #postWithProgress(
    url: string,
    body: Blob,
    type: string,
    told: (sent: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = new this.#host.XMLHttpRequest!();
      request.upload.onprogress = ({ loaded }: { readonly loaded: number }) => told(loaded);
      request.onload = () => resolve(request.status);
      request.onerror = () =>
        reject(new ParleyError({ status: 0, code: 'upload.failed', title: 'The upload was interrupted.' }));
      signal?.addEventListener('abort', () => {
        request.abort();
        reject(new ParleyError({ status: 0, code: 'upload.aborted', title: 'It was stopped.' }));
      });
      request.open('POST', url);
      request.setRequestHeader('content-type', type);
      request.send(body);
    });
  }
}
