import { describe, expect, it } from 'vitest';
import { ParleyError } from '#client/errors.ts';
import type { Host, UploadingLike } from '#client/host.ts';
import { aWorld } from './world.ts';

const media = (state: string) => ({ id: `med_${'m'.repeat(22)}`, ownerId: 'ada', state, reason: null });
const file = new Blob(['0123456789'], { type: 'image/png' });

/** An API that gives a form, and a storage that answers a post with each of these in turn; 0 breaks off. */
const storageOf = (answers: number[]) => {
  const posts: string[] = [];
  const keys: (string | undefined)[] = [];
  const post = async (body: Blob): Promise<number> => {
    posts.push(await body.text());
    return answers.shift() ?? 204;
  };
  const reply = (status: number, body: unknown) => ({
    status,
    headers: { get: () => null },
    text: async () => JSON.stringify(body),
  });
  const fetch: Host['fetch'] = async (url, { body, headers }) => {
    if (url.startsWith('https://storage')) {
      const status = await post(body as Blob);
      if (status === 0) throw new TypeError('broken off');
      return reply(status, '');
    }
    keys.push(headers['idempotency-key']);
    const { bytes } = JSON.parse(String(body));
    if (bytes > 100)
      return reply(400, { status: 400, code: 'media.too_large', title: 'It is too large.', requestId: 'r' });
    const upload = {
      method: 'post',
      url: 'https://storage/bucket',
      fields: { key: 'quarantine/1', policy: 'p' },
      expiresAt: '',
    };
    return reply(201, { media: media('requested'), upload });
  };
  return { fetch, post, posts, keys };
};

describe('an upload', () => {
  it('posts the file as the last part of the form', async () => {
    const storage = storageOf([204]);
    const ada = aWorld().client('ada', { host: { WebSocket: class {} as never, fetch: storage.fetch } });
    const told: number[] = [];
    const upload = ada.upload(file, { fileName: 'a.png', onProgress: (sent) => told.push(sent) });
    expect(await upload.done).toMatchObject({ state: 'requested' });
    const [, ...parts] = storage.posts[0]!.split(`--parley-${upload.key}`);
    expect(parts.map((part) => /name="(\w+)"/.exec(part)?.[1])).toEqual(['key', 'policy', 'file', undefined]);
    expect(parts[2]).toMatch(/\r\n\r\n0123456789\r\n$/);
    expect(told).toEqual([0, 10]);
  });

  it('is tried again under the same key, and goes on under it later', async () => {
    const here = aWorld();
    const storage = storageOf([0, 503, 403, 204]);
    const host: Partial<Host> = {
      WebSocket: class {} as never,
      fetch: storage.fetch,
      setTimeout: (run, ms) => here.time.set(run, ms),
      clearTimeout: (timer) => here.time.clear(timer),
    };
    const ada = here.client('ada', { host });
    const upload = ada.upload(file, { fileName: 'a.png' });
    let done = false;
    void upload.done.then(() => {
      done = true;
    });
    await here.time.until(() => done);
    expect(storage.posts).toHaveLength(4);
    expect(new Set(storage.keys)).toEqual(new Set([upload.key]));
    const later = ada.upload(file, { fileName: 'a.png', key: upload.key });
    await later.done;
    expect(storage.keys.at(-1)).toBe(upload.key);
  });

  it('says why it is refused', async () => {
    const storage = storageOf([]);
    const ada = aWorld().client('ada', { host: { WebSocket: class {} as never, fetch: storage.fetch } });
    const refused = ada.upload(new Blob(['x'.repeat(101)]), { fileName: 'a', contentType: 'image/png' }).done;
    await expect(refused).rejects.toThrow(ParleyError);
    await expect(refused).rejects.toMatchObject({ code: 'media.too_large', status: 400, isFinal: true });
  });

  it('tells its progress in a browser', async () => {
    const storage = storageOf([204]);
    class Uploading implements UploadingLike {
      readonly upload: { onprogress: ((event: never) => void) | null } = { onprogress: null };
      status = 0;
      onload: ((event: never) => void) | null = null;
      onerror: ((event: never) => void) | null = null;
      open(): void {}
      abort(): void {}
      setRequestHeader(): void {}
      send(body: Blob): void {
        (this.upload.onprogress as unknown as (event: object) => void)({ loaded: 4 });
        void storage.post(body).then((status) => {
          this.status = status;
          this.onload?.({} as never);
        });
      }
    }
    const host = { WebSocket: class {} as never, fetch: storage.fetch, XMLHttpRequest: Uploading };
    const told: [number, number][] = [];
    const ada = aWorld().client('ada', { host });
    await ada.upload(file, { fileName: 'a.png', onProgress: (...progress) => told.push(progress) }).done;
    expect(told).toEqual([
      [0, 10],
      [4, 10],
      [10, 10],
    ]);
  });
});
