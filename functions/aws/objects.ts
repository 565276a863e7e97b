import { AwsError, isTransient } from './errors.ts';
import { region, type SignedAnswer, signedFetch } from './signed-fetch.ts';

/** Milliseconds for one attempt, and attempts of one call. */
const [TIMEOUT, ATTEMPTS] = [10_000, 3];

/** An object of S3. Its key holds letters, digits, `/`, `.`, `_` and `-` only: nothing that would have to be escaped. */
export interface ObjectAt {
  readonly bucket: string;
  readonly key: string;
}

/** Where an object is: a host of its bucket's own, or a folder on the emulator. */
export const addressOf = ({ bucket, key }: ObjectAt): URL =>
  process.env.AWS_ENDPOINT_URL
    ? new URL(`/${bucket}/${key}`, process.env.AWS_ENDPOINT_URL)
    : new URL(`https://${bucket}.s3.${region()}.amazonaws.com/${key}`);

async function ask(at: ObjectAt, method: 'GET' | 'PUT' | 'DELETE', body?: Uint8Array): Promise<SignedAnswer> {
  for (let attempt = 1; ; attempt++)
    try {
      const answer = await signedFetch({
        service: 's3',
        method,
        url: addressOf(at),
        timeout: TIMEOUT,
        ...(body === undefined ? {} : { body }),
      });
      if (answer.status >= 300) throw new AwsError('ObjectRefused', answer.status, { message: answer.text });
      return answer;
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * 2 ** attempt));
    }
}

/** Writes an object over whatever lies there. */
export const putObject = async (at: ObjectAt, body: Uint8Array): Promise<void> => {
  await ask(at, 'PUT', body);
};

/** The bytes of an object. Raises an `AwsError` when there is none. */
export const getObject = async (at: ObjectAt): Promise<Uint8Array> => (await ask(at, 'GET')).bytes;

/** Removes an object; one that is gone already is no error. */
export const removeObject = async (at: ObjectAt): Promise<void> => {
  await ask(at, 'DELETE');
};
