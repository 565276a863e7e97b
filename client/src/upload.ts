import type { ServerClock } from './clock.ts';
import type { Media, Operations } from './contract.ts';
import { asParleyError, ParleyError } from './errors.ts';
import type { Host } from './host.ts';
import type { Call } from './http.ts';
import { waitAfter } from './retry.ts';
import type { Timers } from './timers.ts';

/** Times that a form is posted before the upload is given up, until it is asked for again. */
const TRIES = 5;

export interface UploadOptions {
  readonly fileName: string;
  /** What the file is; without it, what its type says. */
  readonly contentType?: string;
  /** Bytes that were sent, of how many. In browsers while they are; elsewhere at the start and the end. */
  readonly onProgress?: (sent: number, of: number) => void;
  /** The key of an earlier attempt at the same upload, to go on with it: also after a reload. */
  readonly key?: string;
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

/** Uploads files: asks for a form, posts the file with it, and posts it again where that fails. */
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

  async #run(
    file: Blob,
    key: string,
    { fileName, contentType = file.type, onProgress }: UploadOptions,
  ): Promise<Media> {
    for (let attempt = 0; ; attempt++) {
      try {
        // The same key is answered with the same media, and a form that is still good.
        const { media, upload } = await this.#call(
          'requestUpload',
          { fileName, contentType, bytes: file.size },
          { idempotencyKey: key },
        );
        if (upload?.method !== 'post') return media;
        onProgress?.(0, file.size);
        await this.#post(upload, file, key, onProgress);
        onProgress?.(file.size, file.size);
        return media;
      } catch (thrown) {
        const error = asParleyError(thrown);
        if (error.isFinal || attempt + 1 >= TRIES) throw error;
        await this.#timers.sleep(waitAfter(this.#timers, attempt, error));
      }
    }
  }

  async #post({ url, fields }: Form, file: Blob, key: string, onProgress: UploadOptions['onProgress']): Promise<void> {
    const boundary = `parley-${key}`;
    const body = formOf(fields, file, boundary);
    const type = `multipart/form-data; boundary=${boundary}`;
    const told = (sent: number): void => onProgress?.(Math.min(sent, file.size), file.size);
    const status = this.#host.XMLHttpRequest
      ? await this.#postWithProgress(url, body, type, told)
      : (await this.#host.fetch(url, { method: 'POST', headers: { 'content-type': type }, body })).status;
    if (status >= 300) {
      // A form that S3 refuses is out of date, or was used: another one is asked for.
      throw new ParleyError({ status: 0, code: 'upload.failed', title: `The storage answered ${status}.` });
    }
  }

  #postWithProgress(url: string, body: Blob, type: string, told: (sent: number) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = new this.#host.XMLHttpRequest!();
      request.upload.onprogress = ({ loaded }: { readonly loaded: number }) => told(loaded);
      request.onload = () => resolve(request.status);
      request.onerror = () =>
        reject(new ParleyError({ status: 0, code: 'upload.failed', title: 'The upload was interrupted.' }));
      request.open('POST', url);
      request.setRequestHeader('content-type', type);
      request.send(body);
    });
  }
}
