import type { Names } from '#domain/search/resolve.ts';

const USERS: Readonly<Record<string, readonly string[]>> = {
  ada: ['ada'],
  bob: ['bob'],
  'ada lovelace': ['ada'],
  sam: ['sam1', 'sam2'],
  cy: ['cy'],
};

/** What Ada knows: she is in a group and has direct conversations with Bob and one of the two Sams. */
export const ADAS_NAMES: Names = {
  me: 'ada',
  now: Date.parse('2026-05-17T10:00:00Z'),
  timeZone: 'Europe/Zurich',
  usersNamed: async (text) => USERS[text.toLowerCase()] ?? [],
  conversationsNamed: (text) => (text.toLowerCase() === 'general' ? ['cnv_general'] : []),
  directWith: (userId) => ({ bob: 'cnv_bob', sam1: 'cnv_sam' })[userId],
  directConversationIds: () => ['cnv_bob', 'cnv_sam'],
};
