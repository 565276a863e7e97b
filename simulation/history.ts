/** What the sender of a message was told when it was taken. */
export interface Ack {
  readonly seq: number;
  readonly messageId: string;
  readonly createdAt: string;
}

/** A message somebody tried to send, however often, under one client id. */
export interface Sent {
  readonly conversationId: string;
  readonly author: string;
  readonly clientId: string;
  readonly text: string;
  ack: Ack | undefined;
}

/** An edit that was acknowledged: `version` is the one it was made on. */
export interface Edited {
  readonly messageId: string;
  readonly version: number;
  readonly text: string;
}

/** A stretch of history somebody was shown, page by page without a break, and whose messages were on it. */
export interface Shown {
  readonly conversationId: string;
  readonly userId: string;
  readonly seqs: Set<number>;
}

/** Everything that was promised to anybody, kept to be held against what is there in the end. */
export class History {
  readonly sent: Sent[] = [];
  readonly edited: Edited[] = [];
  readonly shown: Shown[] = [];
}

/** An invariant does not hold: which check says so, and what it saw. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly check: string;

  constructor(check: string, what: string) {
    super(`${check}: ${what}`);
    this.check = check;
  }
}
