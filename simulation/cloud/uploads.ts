import type { S3Event } from 'aws-lambda';
import { PROCESS_UPLOAD } from '#contract/entries.ts';
import { handler as processUpload } from '../../functions/media/process-upload.lambda.ts';
import type { Functions } from './functions.ts';
import type { Setting } from './setting.ts';

/** The bucket that uploads arrive in, and the function that looks at them. */
export class Uploads {
  readonly #setting: Setting;
  readonly #functions: Functions;

  constructor(setting: Setting, functions: Functions) {
    this.#setting = setting;
    this.#functions = functions;
  }

  /** A file arrived under a key. */
  arrive(key: string): void {
    const { clock, chance, step } = this.#setting;
    const Records = [{ s3: { bucket: { name: 'quarantine' }, object: { key, eTag: `etag-${clock.now}` } } }];
    clock.after(chance.between(20, 500), () => {
      step('upload', key);
      this.#functions
        .invoke('process-upload', PROCESS_UPLOAD.timeoutSeconds, () => processUpload({ Records } as unknown as S3Event))
        .catch(() => undefined);
    });
  }
}
