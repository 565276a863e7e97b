// Written by `npm run docs` from functions/contract.

import type { Message } from './contract.ts';

/** What a frame leaves out of a message, because it is usual. */
export const usual = () =>
  ({
    clientId: null,
    attachments: [],
    mentions: null,
    replyTo: null,
    forwardedFrom: null,
    sentAt: null,
    version: 1,
    editedAt: null,
    pinned: false,
    reactions: [],
    reactionsSeq: 0,
    thread: null,
  }) satisfies Partial<Message>;
