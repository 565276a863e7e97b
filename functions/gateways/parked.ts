import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { getObject, type ObjectAt, removeObject } from '#aws/objects.ts';
import { ENV } from '#contract/environment.ts';

const s3 = new S3Client({ maxAttempts: 5, requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } });

const at = (key: string): ObjectAt => {
  const bucket = process.env[ENV.parkingBucket];
  if (!bucket) throw new Error(`${ENV.parkingBucket} is not set: the function was deployed without its parking bucket`);
  return { bucket, key };
};

/** Where Lambda puts what a consumer failed at to the end, whichever consumer it was. */
const GIVEN_UP = 'aws/lambda/';

/** Keys of what was parked for a consumer (`parking.ts`) and of what Lambda gave up, page by page. */
export async function* parkedFor(consumer: string): AsyncGenerator<string[]> {
  for (const Prefix of [`${consumer}/`, GIVEN_UP])
    for (let StartAfter: string | undefined; ; ) {
      const { Contents = [], IsTruncated = false } = await s3.send(
        new ListObjectsV2Command({ Bucket: at('').bucket, Prefix, StartAfter }),
      );
      const keys = Contents.flatMap(({ Key }) => (Key ? [Key] : []));
      if (keys.length > 0) yield keys;
      if (!IsTruncated || keys.length === 0) break;
      StartAfter = keys.at(-1);
    }
}

const Single = z.object({ record: z.unknown() });
/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html: the payload is the event as text. */
const GivenUp = z.object({
  requestContext: z.object({ functionArn: z.string() }),
  payload: z.string(),
});
const Event = z.object({ Records: z.array(z.unknown()) });

/** The stream records in something parked; undefined when they are not this consumer's. Raises a `ZodError` for what is neither form. */
export async function recordsIn(key: string, consumer: string): Promise<readonly unknown[] | undefined> {
  const parked: unknown = JSON.parse(Buffer.from(await getObject(at(key))).toString());
  if (!key.startsWith(GIVEN_UP)) return [Single.parse(parked).record];
  const { requestContext, payload } = GivenUp.parse(parked);
  const [name] = requestContext.functionArn.split(':').slice(6);
  return name?.endsWith(consumer) ? Event.parse(JSON.parse(payload)).Records : undefined;
}

/** Takes something out of the bucket, once it was dealt with. */
export const unpark = (key: string): Promise<void> => removeObject(at(key));
