import { describe, expect, it } from 'vitest';
import type { MessageDraft } from '#contract/message-bodies.ts';
import { MENTION_ALL_MEMBERS } from '#contract/message-parts.ts';
import { DEFAULT_RULES } from '#contract/tenant.ts';
import { refusalToEdit } from '#domain/message-change.ts';
import { isLive, mediaOf, mentions, mentionsOf, refusalOfLive, refusalToMention } from '#domain/message-parts.ts';
import { previewOf } from '#domain/preview.ts';
import { searchedText } from '#domain/search/texts.ts';
import { refusalOfType } from '#domain/tenant-settings.ts';

const AT = Date.UTC(2026, 10, 21, 9, 30);
const HOUR = 3_600_000;
const instant = (at: number) => new Date(at).toISOString();
const live = (hours: number): MessageDraft => ({
  type: 'location',
  lat: 1,
  lon: 2,
  liveUntil: instant(AT + hours * HOUR),
});
const still: MessageDraft = { type: 'location', lat: 1, lon: 2 };
const edit = (body: MessageDraft, draft: MessageDraft, at = AT, forwarded = false) =>
  refusalToEdit({ senderId: 'ada', body, forwarded, at: AT }, { userId: 'ada', at }, draft, DEFAULT_RULES.changing);

describe('a live location', () => {
  it('is shared for a day at most, from now on', () => {
    expect(refusalOfLive(live(24), AT)).toBeUndefined();
    expect(refusalOfLive(live(24.01), AT)).toMatchObject({ code: 'request.invalid' });
    expect(refusalOfLive(live(0), AT)).toMatchObject({ code: 'request.invalid' });
    expect(refusalOfLive(still, AT)).toBeUndefined();
  });

  it('moves until its end, which comes forward and never moves away', () => {
    expect(edit(live(2), { ...live(2), lat: 5 } as MessageDraft)).toBeUndefined();
    expect(edit(live(2), live(1))).toBeUndefined();
    expect(edit(live(2), live(-1))).toBeUndefined();
    expect(edit(live(2), live(3))).toMatchObject({ code: 'request.invalid' });
    expect(edit(live(2), still)).toMatchObject({ code: 'request.invalid' });
    expect(edit(live(2), live(2), AT + 2 * HOUR)).toMatchObject({ code: 'message.live_ended' });
    expect(edit(live(-1), live(-1))).toMatchObject({ code: 'message.live_ended' });
  });

  it('is not made of one that was sent without an end', () => {
    expect(edit(still, { ...still, label: 'Home' })).toBeUndefined();
    expect(edit(still, live(1))).toMatchObject({ code: 'request.invalid' });
  });

  it('is live until its end', () => {
    expect([isLive(live(1), AT), isLive(live(1), AT + HOUR), isLive(still, AT)]).toEqual([true, false, false]);
  });
});

describe('an edit', () => {
  it('leaves type, media and a custom name as they are, and a forwarded copy whole', () => {
    const custom = { type: 'custom', name: 'chess.move', data: {} } as const;
    expect(edit(custom, { ...custom, data: { to: 'e4' } })).toBeUndefined();
    expect(edit(custom, { ...custom, name: 'go.move' })).toMatchObject({ code: 'request.invalid' });
    expect(edit(custom, { type: 'text', text: 'e4' })).toMatchObject({ code: 'request.invalid' });
    const video = { type: 'video', mediaId: 'med_1' } as const;
    expect(edit(video, { ...video, caption: 'Looms' })).toBeUndefined();
    expect(edit(video, { ...video, mediaId: 'med_2' })).toMatchObject({ code: 'request.invalid' });
    expect(edit(video, video, AT, true)).toMatchObject({ code: 'message.not_editable' });
  });
});

describe('the media of a message', () => {
  it('are the body’s, of its kind, and the attachments, each once', () => {
    expect(mediaOf({ type: 'text', text: 'x' })).toEqual([]);
    expect(mediaOf({ type: 'audio', mediaId: 'a' }, ['b', 'a'])).toEqual([
      { mediaId: 'b', kind: undefined },
      { mediaId: 'a', kind: 'audio/' },
    ]);
    expect(mediaOf({ type: 'file', mediaId: 'a' })).toEqual([{ mediaId: 'a', kind: undefined }]);
  });
});

describe('mentions', () => {
  const room = (members: number, ...present: string[]) => ({ present: new Set(present), members });
  const all = { userIds: [], all: true };

  it('are of members, and refused with the names of those who are none', () => {
    const both = { userIds: ['bob', 'mallory'], all: false };
    expect(refusalToMention(both, { role: 'member' }, room(0, 'bob', 'mallory'))).toBeUndefined();
    expect(refusalToMention(both, { role: 'owner' }, room(0, 'bob'))).toMatchObject({
      code: 'message.mention_unknown',
      details: { userIds: ['mallory'] },
    });
  });

  it('of all are for everybody up to a size, and for owners and admins beyond', () => {
    expect(refusalToMention(all, { role: 'member' }, room(MENTION_ALL_MEMBERS))).toBeUndefined();
    const beyond = room(MENTION_ALL_MEMBERS + 1);
    expect(refusalToMention(all, { role: 'member' }, beyond)).toMatchObject({ code: 'message.mention_all_forbidden' });
    expect(refusalToMention(all, { role: 'admin' }, beyond)).toBeUndefined();
    expect(refusalToMention(all, { role: 'owner' }, beyond)).toBeUndefined();
  });

  it('of nobody are none', () => {
    expect([mentionsOf(undefined), mentionsOf({}), mentionsOf({ userIds: [], all: false })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(mentionsOf({ userIds: ['bob'] })).toEqual({ userIds: ['bob'], all: false });
    expect([mentions(undefined, 'bob'), mentions({ u: ['bob'] }, 'bob'), mentions({ a: true }, 'bob')]).toEqual([
      false,
      true,
      true,
    ]);
    expect(mentions({ u: ['ada'] }, 'bob')).toBe(false);
  });
});

describe('the tenant’s types', () => {
  const rules = {
    ...DEFAULT_RULES,
    content: { types: ['text' as const, 'custom' as const], customNames: ['a.b'], emojis: [] },
  };
  const custom = (name: string): MessageDraft => ({ type: 'custom', name, data: {} });

  it('are the only ones, custom ones by their name', () => {
    expect(refusalOfType(rules, { type: 'text', text: 'x' })).toBeUndefined();
    expect(refusalOfType(rules, still)).toMatchObject({ code: 'message.type_forbidden' });
    expect(refusalOfType(rules, custom('a.b'))).toBeUndefined();
    expect(refusalOfType(rules, custom('a.c'))).toMatchObject({ details: { allowed: ['a.b'] } });
    expect(refusalOfType(DEFAULT_RULES, still)).toBeUndefined();
    expect(refusalOfType(DEFAULT_RULES, custom('a.b'))).toMatchObject({ code: 'message.type_forbidden' });
  });
});

describe('what lists show and searches find', () => {
  it.each([
    [{ type: 'text', text: 'hello' }, 'hello', 'hello'],
    [{ type: 'image', mediaId: 'm' }, '', undefined],
    [{ type: 'video', mediaId: 'm', caption: 'Looms' }, 'Looms', 'Looms'],
    [{ type: 'file', mediaId: 'm', name: 'notes.pdf', caption: 'Notes' }, 'Notes', 'notes.pdf\nNotes'],
    [{ type: 'file', mediaId: 'm', name: 'notes.pdf' }, 'notes.pdf', 'notes.pdf'],
    [{ ...still, label: 'Home' }, 'Home', 'Home'],
    [still, '', undefined],
    [{ type: 'contact', name: 'Ada', organisation: 'Society', userId: 'ada' }, 'Ada', 'Ada\nSociety'],
    [{ type: 'custom', name: 'a.b', data: { secret: 1 }, text: 'e4' }, 'e4', 'e4'],
    [{ type: 'custom', name: 'a.b', data: { secret: 1 } }, '', undefined],
  ] satisfies [MessageDraft, string, string | undefined][])('of %j', (body, shown, found) => {
    expect(previewOf('ada', body)).toEqual({ by: 'ada', type: body.type, text: shown });
    expect(searchedText(body)).toBe(found);
  });
});
