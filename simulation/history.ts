/** What the sender of a message was told when it was taken. */
export interface Ack {
  readonly seq: number;
  readonly messageId: string;
  readonly createdAt: string;
}

/** A message that was acknowledged, under the id it was sent with. */
export interface Acknowledged extends Ack {
  readonly conversationId: string;
  readonly author: string;
  readonly clientId: string;
}

/** A text that somebody gave to a client to send; no two are the same. */
export interface Written {
  readonly conversationId: string;
  readonly text: string;
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
  readonly acknowledged = new Map<string, Acknowledged>();
  readonly written: Written[] = [];
  readonly edited: Edited[] = [];
  readonly shown: Shown[] = [];

  /** Keeps an acknowledgement. Raises a `Violation` when another was given before under the same id (I2). */
  acknowledge(told: Acknowledged): void {
    const key = `${told.author} ${told.clientId}`;
    const first = this.acknowledged.get(key);
    if (!first) this.acknowledged.set(key, told);
    else if (first.seq !== told.seq || first.messageId !== told.messageId || first.createdAt !== told.createdAt)
      throw new Violation(
        'I2 the same id, the same answer',
        `${told.conversationId} ${key}: ${first.seq} ${first.createdAt} first, ${told.seq} ${told.createdAt} then`,
      );
  }
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
