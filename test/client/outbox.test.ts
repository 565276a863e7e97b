import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '#client/storage.ts';
import { NO_FAULTS } from './model-server.ts';
import { aWorld, cnv } from './world.ts';

const texts = (room: ReturnType<ReturnType<typeof aWorld>['server']['room']>) =>
  [...room.messages.values()].map(({ body }) => 'text' in body && body.text);

const saying = async (seed = 1, skew = 0) => {
  const here = aWorld(seed);
  const room = here.server.room(cnv('a'), ['ada', 'bob']);
  const ada = await here.connected(here.client('ada', { skew }));
  return { ...here, room, ada, conversation: await here.opened(ada, room.id) };
};

describe('what is sent', () => {
  it('is stored once and in order, though every second answer is lost', async () => {
    const { server, room, ada, conversation, time } = await saying();
    Object.assign(server.faults, { reply: 0.5, request: 0.3 });
    const wanted = Array.from({ length: 20 }, (_, index) => `number ${index}`);
    for (const text of wanted) conversation.send(text);
    await time.until(() => ada.state.outbox.length === 0, 60 * 60_000);
    expect(texts(room)).toEqual(wanted);
    expect(ada.state.rooms[room.id]!.messages).toEqual([...room.messages.values()]);
  });

  it('is shown at once, and goes out when the network is back', async () => {
    const { server, room, conversation, time } = await saying();
    Object.assign(server.faults, { request: 1, refused: 1 });
    server.cut();
    conversation.send('from a tunnel');
    await time.pass(120_000);
    expect(conversation.timeline).toMatchObject([
      { outgoing: { state: 'pending', draft: { body: { text: 'from a tunnel' } } } },
    ]);
    expect(texts(room)).toEqual([]);
    Object.assign(server.faults, NO_FAULTS);
    await time.pass(60_000);
    expect(texts(room)).toEqual(['from a tunnel']);
    expect(conversation.timeline).toMatchObject([{ message: { body: { text: 'from a tunnel' } } }]);
  });

  it('and refused for good says why, holds nothing up, and may be tried again or taken away', async () => {
    const { room, ada, conversation, time } = await saying();
    conversation.send('forbidden');
    conversation.send('allowed');
    await time.pass(5_000);
    expect(texts(room)).toEqual(['allowed']);
    const [failed] = ada.state.outbox;
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'message.forbidden', status: 403 } });
    ada.retry(failed!.clientId);
    await time.pass(5_000);
    const [again] = ada.state.outbox;
    expect(again).toMatchObject({ state: 'failed' });
    expect(again!.clientId).not.toBe(failed!.clientId);
    ada.discard(again!.clientId);
    expect(ada.state.outbox).toEqual([]);
  });

  it('to a conversation that one was removed from meanwhile is kept, and says why it was not sent', async () => {
    const { server, room, ada, conversation, time } = await saying();
    Object.assign(server.faults, { request: 1, refused: 1 });
    server.cut();
    conversation.send('too late');
    await time.pass(10_000);
    server.leave(room, 'ada');
    Object.assign(server.faults, NO_FAULTS);
    await time.pass(120_000);
    expect(ada.state.rooms[room.id]).toBeUndefined();
    expect(ada.state.outbox).toMatchObject([
      {
        draft: { body: { text: 'too late' } },
        state: 'failed',
        error: { code: 'conversation.not_found', status: 404 },
      },
    ]);
    expect(texts(room)).not.toContain('too late');
    ada.discard(ada.state.outbox[0]!.clientId);
    expect(ada.state.outbox).toEqual([]);
  });

  it('goes out under the same id after a reload, also when it was stored and nobody heard', async () => {
    const here = aWorld();
    const room = here.server.room(cnv('a'), ['ada', 'bob']);
    const storage = new MemoryStorage();
    const ada = await here.connected(here.client('ada', { storage }));
    const conversation = await here.opened(ada, room.id);
    here.server.faults.reply = 1;
    here.server.faults.lost = 1;
    conversation.send('stored, and not heard of');
    await here.time.pass(1_000);
    expect(texts(room)).toEqual(['stored, and not heard of']);
    await ada.close();
    Object.assign(here.server.faults, NO_FAULTS);
    const again = await here.connected(here.client('ada', { storage }));
    await here.time.pass(10_000);
    expect(texts(room)).toEqual(['stored, and not heard of']);
    expect(again.state.outbox).toEqual([]);
    expect(again.state.rooms[room.id]!.messages).toHaveLength(1);
  });

  it.each([-3 * 3_600_000, 3 * 3_600_000])(
    'bears the server’s time on a device whose clock is %i ms off',
    async (skew) => {
      const { room, ada, conversation, time } = await saying(1, skew);
      expect(Math.abs(ada.serverNow - time.now())).toBeLessThan(1_000);
      conversation.send('what time is it?');
      await time.pass(1_000);
      expect(texts(room)).toEqual(['what time is it?']);
    },
  );

  it('gets another id when its own is so far ahead that it was stored nowhere', async () => {
    const here = aWorld();
    const room = here.server.room(cnv('a'), ['ada', 'bob']);
    // Before the server has told its time.
    const ada = here.client('ada', { userId: 'ada', skew: 3_600_000 });
    const opening = ada.conversations.open(room.id);
    await here.time.pass(1_000);
    const { clientId } = (await opening).send('early');
    await here.time.pass(10_000);
    const [stored] = [...room.messages.values()];
    expect(stored).toMatchObject({ body: { text: 'early' } });
    expect(stored!.clientId).not.toBe(clientId);
    await here.time.pass(60_000);
    expect(room.messages.size).toBe(1);
  });

  it('waits under its own id when that is a little ahead: another server may have stored it', async () => {
    const here = aWorld();
    const room = here.server.room(cnv('a'), ['ada', 'bob']);
    const ada = here.client('ada', { userId: 'ada', skew: 3_000 });
    const opening = ada.conversations.open(room.id);
    await here.time.pass(1_000);
    const { clientId } = (await opening).send('a little early');
    await here.time.pass(10_000);
    expect([...room.messages.values()]).toMatchObject([{ clientId }]);
  });
});
