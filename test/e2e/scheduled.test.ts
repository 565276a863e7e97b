import { expect, it } from 'vitest';
import { listen, request, signIn, someTenant } from '#test/support/deployed.ts';

/** A rule starts the job once a minute; the emulator looks at its rules every ten seconds. */
const A_START_AND_MORE = 180_000;

it(
  'what is pinned, bookmarked, drafted and scheduled is heard, and what is scheduled is sent by the clock',
  async () => {
    const tenant = someTenant();
    const [ada, bob] = [await signIn({ tenant, user: 'ada' }), await signIn({ tenant, user: 'bob' })];
    const put = (address: string, body: unknown) => request('PUT', address, { token: ada.token, body });
    const { body: group } = await ada.post('/conversations', { type: 'group', name: 'Looms', participants: ['bob'] });
    const [mine, theirs] = [await listen(ada), await listen(bob)];

    const sendAt = new Date(Date.now() + 12_000).toISOString();
    const scheduled = await ada.post(`/conversations/${group.id}/scheduled-messages`, {
      sendAt,
      body: { type: 'text', text: 'Good night.' },
    });
    expect(scheduled).toMatchObject({ status: 201, body: { state: 'scheduled' } });

    const { body: message } = await ada.post(`/conversations/${group.id}/messages`, {
      body: { type: 'text', text: 'Keep this.' },
    });
    expect(await put(`/messages/${message.id}/pin`, {})).toMatchObject({ status: 200, body: { pinned: true } });
    expect(await theirs.hear(({ type }) => type === 'pin:added')).toMatchObject({ messageId: message.id });
    expect((await bob.get(`/conversations/${group.id}/pins`)).body.items).toMatchObject([{ pinnedBy: 'ada' }]);
    expect(await put(`/messages/${message.id}/bookmark`, { note: 'mine' })).toMatchObject({ status: 200 });
    expect((await ada.get('/me/bookmarks')).body.items).toMatchObject([{ note: 'mine', message: { id: message.id } }]);
    const draft = { body: { type: 'text', text: '' } };
    expect(await put(`/conversations/${group.id}/draft`, draft)).toMatchObject({ status: 200, body: { version: 1 } });
    await mine.hear(({ type }) => type === 'draft:updated');

    const isNight = (event: Awaited<ReturnType<typeof theirs.hear>>) =>
      event.type === 'message:created' &&
      event.message.body.type === 'text' &&
      event.message.body.text === 'Good night.';
    const said = await theirs.hear(isNight);
    expect(said).toMatchObject({ message: { senderId: 'ada' } });
    const sent = await mine.hear((event) => event.type === 'scheduled:updated' && event.state === 'sent');
    expect(sent).toMatchObject({ scheduledId: scheduled.body.id, reason: null });
    expect((await ada.get('/me/scheduled-messages')).body.items).toMatchObject([{ state: 'sent' }]);
    expect(theirs.heard.map(({ type }) => type)).not.toContain('bookmark:added');
    await Promise.all([mine.close(), theirs.close()]);
  },
  A_START_AND_MORE,
);
