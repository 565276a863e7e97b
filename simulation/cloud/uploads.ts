import type { EventBridgeEvent, S3Event } from 'aws-lambda';
import { PROCESS_UPLOAD, RECEIVE_UPLOAD } from '#contract/entries.ts';
import { CLEAN } from '#contract/verdict.ts';
import { handler as processUpload } from '../../functions/media/process-upload.lambda.ts';
import { handler as receiveUpload } from '../../functions/media/receive-upload.lambda.ts';
import type { Functions } from './functions.ts';
import type { Setting } from './setting.ts';

/** Bytes of every file that is uploaded. */
const BYTES = 64;

/** The bucket that uploads arrive in, the scan of what arrived, and the functions that are told of either. */
export class Uploads {
  readonly #setting: Setting;
  readonly #functions: Functions;

  constructor(setting: Setting, functions: Functions) {
    this.#setting = setting;
    this.#functions = functions;
  }

  /** A file arrived under a key. Its verdict is as often told before the arrival as after it. */
  arrive(key: string): void {
    const { clock, chance } = this.#setting;
    const eTag = `etag-${clock.now}`;
    const Records = [{ s3: { bucket: { name: 'quarantine' }, object: { key, eTag, size: BYTES } } }];
    const detail = {
      s3ObjectDetails: { bucketName: 'quarantine', objectKey: key, eTag },
      scanResultDetails: { scanResultStatus: chance.is(0.95) ? CLEAN : 'THREATS_FOUND', threats: null },
    };
    this.#later('receive-upload', key, RECEIVE_UPLOAD.timeoutSeconds, () =>
      receiveUpload({ Records } as unknown as S3Event),
    );
    this.#later('process-upload', key, PROCESS_UPLOAD.timeoutSeconds, () =>
      processUpload({ detail } as EventBridgeEvent<string, unknown>),
    );
  }

  #later(name: string, key: string, seconds: number, task: () => Promise<void>): void {
    const { clock, chance, step } = this.#setting;
    clock.after(chance.between(20, 500), () => {
      step(name, key);
      this.#functions.invoke(name, seconds, task).catch(() => undefined);
    });
  }
}
