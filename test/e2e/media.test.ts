import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ROOT } from '#local/instance.ts';
import { listen, signIn, someTenant, type User } from '#test/support/deployed.ts';

const SAMPLES = resolve(ROOT, process.env.PARLEY_SAMPLES ?? '../shared/data', 'media');
const tenant = someTenant();

const sample = (name: string): Promise<Buffer> =>
  readFile(join(SAMPLES, name)).catch((cause: unknown) => {
    throw new Error(`${name} is missing: name the folder of the samples in PARLEY_SAMPLES`, { cause });
  });

const upload = async (user: User, bytes: Buffer, contentType: string): Promise<string> => {
  const asked = await user.post('/media', { fileName: 'picture', contentType, bytes: bytes.length });
  expect(asked.status).toBe(201);
  const form = new FormData();
  for (const [name, value] of Object.entries<string>(asked.body.upload.fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(bytes)], { type: contentType }));
  const { status } = await fetch(asked.body.upload.url, { method: 'POST', body: form });
  expect(status).toBeLessThan(300);
  return asked.body.media.id;
};

describe('a real photo', () => {
  it('goes in with its place and comes out upright without it, for the members of the conversation', async () => {
    const ada = await signIn({ tenant, user: 'ada' });
    const bob = await signIn({ tenant, user: 'bob' });
    const eve = await signIn({ tenant, user: 'eve' });
    const listener = await listen(ada);
    const mediaId = await upload(ada, await sample('DSCN0010.jpg'), 'image/jpeg');
    await listener.hear(
      (event) => event.type === 'media:updated' && event.mediaId === mediaId && event.state === 'ready',
    );
    await listener.close();

    expect((await bob.get(`/media/${mediaId}`)).status).toBe(404);
    const { body: group } = await ada.post('/conversations', { type: 'group', participants: ['bob'] });
    const sent = await ada.post(`/conversations/${group.id}/messages`, { body: { type: 'image', mediaId } });
    expect(sent).toMatchObject({ status: 201, body: { body: { type: 'image', mediaId } } });

    for (const rendition of ['thumbnail', 'display']) {
      const { body } = await bob.get(`/media/${mediaId}/url?rendition=${rendition}`);
      const picture = Buffer.from(await (await fetch(body.url)).arrayBuffer());
      const { width = 0, exif, orientation } = await sharp(picture).metadata();
      expect({ exif, orientation }).toEqual({ exif: undefined, orientation: undefined });
      expect(width).toBe(rendition === 'thumbnail' ? 320 : 640);
    }
    expect((await eve.get(`/media/${mediaId}/url`)).status).toBe(404);
  });

  it.each([
    ['smallest/pdf.pdf', 'type_unsupported'],
    ['smallest/html5.html', 'type_unsupported'],
    ['smallest/gif.gif', 'type_mismatch'],
  ])('%s in its place is rejected: %s', async (name, reason) => {
    const ada = await signIn({ tenant, user: 'ada' });
    const listener = await listen(ada);
    const mediaId = await upload(ada, await sample(name), 'image/jpeg');
    const event = await listener.hear(
      (each) => each.type === 'media:updated' && each.mediaId === mediaId && each.state === 'rejected',
    );
    expect(event).toMatchObject({ reason });
    expect(await ada.get(`/media/${mediaId}/url`)).toMatchObject({ status: 409, body: { code: 'media.not_ready' } });
    await listener.close();
  });
});

describe('a file', () => {
  const EICAR = `X5O!P%@AP[4\\PZX54(P^)7CC)7}$${'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'}`;

  it('with malware in it is quarantined, its owner is told, and nobody gets it', async () => {
    const ada = await signIn({ tenant, user: 'ada' });
    const listener = await listen(ada);
    const mediaId = await upload(ada, Buffer.from(EICAR, 'latin1'), 'text/plain');
    const event = await listener.hear(
      (each) => each.type === 'media:updated' && each.mediaId === mediaId && each.state === 'quarantined',
    );
    expect(event).toMatchObject({ reason: 'malware' });
    const url = await ada.get(`/media/${mediaId}/url?rendition=original`);
    expect(url).toMatchObject({ status: 409, body: { code: 'media.not_ready' } });
    await listener.close();
  });

  it('that is what it says is kept byte by byte, and only ever saved', async () => {
    const ada = await signIn({ tenant, user: 'ada' });
    const listener = await listen(ada);
    const pdf = await sample('smallest/pdf.pdf');
    const mediaId = await upload(ada, pdf, 'application/pdf');
    await listener.hear((each) => each.type === 'media:updated' && each.mediaId === mediaId && each.state === 'ready');
    await listener.close();
    expect((await ada.get(`/media/${mediaId}`)).body).toMatchObject({ kind: 'file', contentType: 'application/pdf' });
    const { body } = await ada.get(`/media/${mediaId}/url?rendition=original`);
    const response = await fetch(body.url);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(Buffer.from(await response.arrayBuffer()).equals(pdf)).toBe(true);
  });

  it('that runs, under another name, is rejected', async () => {
    const ada = await signIn({ tenant, user: 'ada' });
    const listener = await listen(ada);
    const mediaId = await upload(ada, await sample('smallest/html5.html'), 'text/plain');
    const event = await listener.hear(
      (each) => each.type === 'media:updated' && each.mediaId === mediaId && each.state === 'rejected',
    );
    expect(event).toMatchObject({ reason: 'type_mismatch' });
    await listener.close();
  });
});
