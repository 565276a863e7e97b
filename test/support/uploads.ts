import { randomUUID } from 'node:crypto';
import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { beforeAll, vi } from 'vitest';
import type { ServerClock } from '#client/clock.ts';
import { ParleyError } from '#client/errors.ts';
import { type Host, hostWith } from '#client/host.ts';
import type { Call } from '#client/http.ts';
import { Timers } from '#client/timers.ts';
import { Uploads } from '#client/upload.ts';
import { ENV } from '#contract/environment.ts';
import { mediaApi } from '#contract/media-api.ts';
import { handler } from '#functions/api/media/media.lambda.ts';
import { emulatorEndpoint } from './aws-env.ts';
import { stubService } from './aws-stub.ts';
import { call } from './call.ts';
import { buckets, s3, useMediaBuckets } from './media-buckets.ts';

/** A quarantine bucket of this test file's own, on the emulator. */
export function useQuarantine(): {
  readonly s3: () => S3Client;
  readonly bucket: string;
  open: () => Promise<string[]>;
} {
  const bucket = buckets.quarantine;
  useMediaBuckets();
  stubService('sqs');
  beforeAll(() => {
    process.env[ENV.socketsEndpoint] = emulatorEndpoint();
    process.env[ENV.stragglersUrl] = 'https://sqs.test/stragglers.fifo';
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  return {
    bucket,
    s3: () => s3,
    /** Keys of uploads in parts that are neither put together nor given up. */
    open: async () => {
      const { Uploads: found = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return found.map(({ Key }) => Key!);
    },
  };
}

/** The client's uploads, as a user, with the API's own functions behind them; `fetch` leads to the store. */
export function uploadsOf(tenantId: string, userId: string, fetch: Host['fetch'] = hostWith().fetch): Uploads {
  const host = hostWith({ fetch, setTimeout: (run) => globalThis.setTimeout(run, 1) });
  const asked: Call = async (operation, input, { idempotencyKey } = {}) => {
    const route = mediaApi[operation as keyof typeof mediaApi];
    const headers: Record<string, string> = idempotencyKey ? { 'Idempotency-Key': idempotencyKey } : {};
    const { status, body } = await call(handler, route, input as Record<string, unknown>, {
      tenantId,
      userId,
      headers,
    });
    if (status >= 300) throw new ParleyError({ status, code: String(body['code']), title: '', details: body });
    return body as never;
  };
  return new Uploads(host, new Timers(host), { mint: () => randomUUID() } as unknown as ServerClock, asked);
}
