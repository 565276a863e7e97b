import fc from 'fast-check';
import type * as z from 'zod';
import { ConversationId, DeviceId, ImportId, InvitationId, MediaId, TenantId, UserId } from '#contract/ids.ts';
import { canonicalEmoji } from '#runtime/emoji.ts';
import { someClientId } from '#test/support/conversations.ts';

/** What somebody may try as an id: separators, prefixes of our own keys, other scripts, look-alikes, nothing. */
export const hostile = fc.oneof(
  fc.constantFrom(
    '',
    '#',
    'T#',
    'a#b',
    'a',
    'a#',
    '#a',
    'P#ada',
    'ada',
    'Ada',
    'ada ',
    'ａｄａ',
    'ädä',
    'a\u0000',
    '~',
    '..',
    '🎉',
  ),
  fc
    .array(fc.constantFrom('a', 'b', '#', 'T', '~', '-', '_', '.', '@', '0', '\u0000', 'é', 'e\u0301'), {
      maxLength: 6,
    })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

/** Of those what a schema of the contract lets in; few of them, so that two draws are often the same. */
export const passing = (schema: z.ZodType<string>, some: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(some, hostile).filter((text) => schema.safeParse(text).success);
export const token = fc
  .array(fc.constantFrom('A', 'b', '-', '_'), { minLength: 2, maxLength: 2 })
  .map((end) => `${'A'.repeat(20)}${end.join('')}`);

export const tenantId = passing(TenantId, fc.constantFrom('a', 'ab', 'a-b', 'acme', 'A'));
export const userId = passing(UserId, fc.constantFrom('ada', 'bob', 'a', 'ab', 'a.b', 'a@b'));
export const conversationId = passing(
  ConversationId,
  token.map((end) => `cnv_${end}`),
);
export const mediaId = passing(
  MediaId,
  token.map((end) => `med_${end}`),
);
export const invitationId = fc
  .tuple(token, token)
  .map(([room, own]) => `inv_${room}_${own}`)
  .filter((id) => InvitationId.safeParse(id).success);
export const reportId = fc
  .record({ end: token, seq: fc.integer({ min: 1, max: 12 }) })
  .map(({ end, seq: at }) => `rep_${end}_${at}`);
export const deviceId = passing(
  DeviceId,
  token.map((end) => `dev_${end}`),
);
export const importId = passing(
  ImportId,
  token.map((end) => `imp_${end}`),
);
/** As API Gateway makes them. */
export const connectionId = fc.constantFrom('Zg1aAcrSIAMCIBQ=', 'Zg1aAcrSIAMCIBR=', 'W==');
/** Client ids are of their time: a few of them. */
export const scheduledId = fc.constantFrom(...[1, 2, 2, 3].map((at) => `sch_${someClientId(at)}`));
export const seq = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 999_999_999_999_999 }));
export const emoji = fc
  .constantFrom('👍', '👍🏽', '❤️', '#️⃣', '*️⃣', '1️⃣', '🏴‍☠️', '👨‍👩‍👧')
  .map((text) => canonicalEmoji(text)!);
