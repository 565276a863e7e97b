import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { listen, signIn, someTenant, type User } from '#test/support/deployed.ts';
import { boxesOf } from '../media/boxes.ts';
import { fileOf, H264, picture, record, sound } from '../media/recordings.ts';

const tenant = someTenant();

/** Uploads a file and waits for its end. */
async function uploaded(user: User, file: string, contentType: string): Promise<string> {
  const data = readFileSync(file);
  const listener = await listen(user);
  const asked = await user.post('/media', { fileName: 'recording', contentType, bytes: data.length });
  expect(asked.status).toBe(201);
  const form = new FormData();
  for (const [name, value] of Object.entries<string>(asked.body.upload.fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(data)], { type: contentType }));
  expect((await fetch(asked.body.upload.url, { method: 'POST', body: form })).status).toBeLessThan(300);
  const { id } = asked.body.media;
  await listener.hear(
    (event) =>
      event.type === 'media:updated' &&
      event.mediaId === id &&
      ['ready', 'rejected', 'quarantined'].includes(event.state),
  );
  await listener.close();
  return id;
}

it('a video that was filmed is played, a voice note has its waveform, a playlist is refused', async () => {
  const ada = await signIn({ tenant, user: 'ada' });
  const video = record('x.mov', ...picture('640x360', 1), ...sound(1), ...H264, '-c:a', 'aac');
  const film = await uploaded(ada, video, 'video/quicktime');
  expect((await ada.get(`/media/${film}`)).body).toMatchObject({
    state: 'ready',
    width: 640,
    height: 360,
    codec: 'h264',
  });
  const { body } = await ada.get(`/media/${film}/url?rendition=video`);
  const part = await fetch(body.url, { headers: { range: 'bytes=0-99' } });
  expect(part.status).toBe(206);
  expect(boxesOf(Buffer.from(await (await fetch(body.url)).arrayBuffer())).map(({ path }) => path)).toContain('moov');

  const note = await uploaded(ada, record('x.ogg', ...sound(1), '-c:a', 'libopus'), 'audio/ogg');
  const { body: heard } = await ada.get(`/media/${note}`);
  expect(heard).toMatchObject({ state: 'ready', kind: 'audio', contentType: 'audio/ogg' });
  expect(Buffer.from(heard.waveform, 'base64')).toHaveLength(256);

  const list = await uploaded(ada, fileOf('x.mp4', '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'), 'video/mp4');
  expect((await ada.get(`/media/${list}`)).body).toMatchObject({ state: 'rejected', reason: 'type_unsupported' });
});
