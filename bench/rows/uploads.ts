import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { apiOf, connect, signIn } from '../client.ts';
import type { Context } from '../context.ts';
import { readFunctionLogs } from '../function-logs.ts';
import { photo } from '../media.ts';
import { withProgress } from '../progress.ts';
import { percentile, type Row } from '../row.ts';

const Asked = z.object({
  media: z.object({ id: z.string() }),
  upload: z.object({ method: z.literal('post'), url: z.string(), fields: z.record(z.string(), z.string()) }),
});

/** Functions that an upload starts by itself; the readers of the stream serve many writes at once. */
const STARTED = ['media', 'receive-upload', 'scan-upload', 'process-upload'];

/** A photo of 12 megapixels through the deployed app, one after the other: from its last byte to `ready` on its owner's socket. */
export async function uploadRows({ quick, stack, directory }: Context): Promise<Row[]> {
  const many = quick ? 3 : 12;
  const person = await signIn(apiOf(stack!, directory), `bench-${randomBytes(6).toString('hex')}`, 'ada');
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const endOf = (mediaId: string): PromiseWithResolvers<string> => {
    const end = ends.get(mediaId) ?? Promise.withResolvers<string>();
    ends.set(mediaId, end);
    return end;
  };
  const socket = await connect(person, (events) => {
    for (const { type, mediaId, state } of events)
      if (type === 'media:updated' && ['ready', 'rejected', 'quarantined'].includes(String(state)))
        endOf(String(mediaId)).resolve(String(state));
  });
  const data = await photo();
  const upload = async (): Promise<{ arrived: number; ready: number }> => {
    const began = performance.now();
    const asked = { fileName: 'photo.jpg', contentType: 'image/jpeg', bytes: data.length };
    const { media, upload: form } = Asked.parse(await person.post('/media', asked));
    const body = new FormData();
    for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
    body.append('file', new Blob([new Uint8Array(data)]));
    const { status } = await fetch(form.url, { method: 'POST', body });
    if (status >= 300) throw new Error(`the store answered ${status}`);
    const arrived = performance.now();
    const state = await endOf(media.id).promise;
    if (state !== 'ready') throw new Error(`the photo is ${state}`);
    return { arrived: arrived - began, ready: performance.now() - arrived };
  };
  try {
    return await withProgress('uploads', many + 1, async (tick) => {
      // The functions' first start is not what is measured.
      await upload();
      tick();
      const since = Date.now();
      const times: { arrived: number; ready: number }[] = [];
      for (let index = 0; index < many; index++) {
        times.push(await upload());
        tick();
      }
      const { invocations } = await readFunctionLogs(stack!, since);
      const counted = STARTED.map((name) => {
        const count = [...invocations].find(([group]) => group.endsWith(`-${name}`))?.[1] ?? 0;
        return { name, count };
      });
      const of = (what: keyof (typeof times)[number], share: number): number =>
        percentile(
          times.map((time) => time[what]),
          share,
        );
      return [
        {
          name: '12-megapixel photo: from its last byte to `ready`, p50',
          measured: of('ready', 50),
          unit: 'ms',
          note: `${many} of ${Math.round(data.length / 1_024)} KB, one after the other; the malware scan is the local one`,
        },
        { name: '12-megapixel photo: from its last byte to `ready`, p99', measured: of('ready', 99), unit: 'ms' },
        { name: '12-megapixel photo: asking and sending, p50', measured: of('arrived', 50), unit: 'ms' },
        {
          name: 'Lambda invocations an upload',
          measured: counted.reduce((sum, { count }) => sum + count, 0) / many,
          unit: 'invocations',
          note: `${counted.map(({ name, count }) => `${name} ${count}`).join(', ')} for ${many}; on AWS GuardDuty takes the place of scan-upload`,
        },
      ];
    });
  } finally {
    socket.terminate();
  }
}
