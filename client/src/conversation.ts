import type { Message, MyConversation } from './contract.ts';
import type { MessageContent, Outgoing, Room, State } from './state.ts';

/** A message as a conversation shows it: stored, or one's own on its way. */
export type Shown = { readonly message: Message } | { readonly outgoing: Outgoing };

/** What a conversation asks of its client. */
export interface Doing {
  readonly state: () => State;
  readonly send: (conversationId: string, draft: MessageContent, parentId: string | null) => Outgoing;
  readonly react: (messageId: string, emoji: string, on: boolean) => Promise<Message>;
  readonly markRead: (conversationId: string, seq: number) => void;
  readonly stroke: (conversationId: string) => void;
  readonly stopped: (conversationId: string) => void;
  readonly older: (conversationId: string) => Promise<boolean>;
  readonly close: (conversationId: string) => void;
}

/** A conversation that is open: what it shows and what can be done in it. */
export class Conversation {
  readonly id: string;
  readonly #doing: Doing;

  constructor(id: string, doing: Doing) {
    this.id = id;
    this.#doing = doing;
  }

  /** Its line in the list; undefined where one is no longer in it. */
  get line(): MyConversation | undefined {
    return this.#doing.state().conversations[this.id];
  }

  /** Messages, participants, pins …; undefined where one is no longer in it, or it was closed. */
  get room(): Room | undefined {
    return this.#doing.state().rooms[this.id];
  }

  /** Messages in their order, and behind them one's own that are not stored yet. */
  get timeline(): readonly Shown[] {
    const own = this.#doing.state().outbox.filter(({ conversationId }) => conversationId === this.id);
    return [...(this.room?.messages ?? []).map((message) => ({ message })), ...own.map((outgoing) => ({ outgoing }))];
  }

  /** Sends a message: a text, or a whole one. It is shown at once, and goes out as soon as it can; `inThread` replies to a message there. */
  send(content: string | MessageContent, { inThread = null }: { readonly inThread?: string | null } = {}): Outgoing {
    const draft: MessageContent = typeof content === 'string' ? { body: { type: 'text', text: content } } : content;
    return this.#doing.send(this.id, draft, inThread);
  }

  /** Raises `ParleyError`. */
  react(messageId: string, emoji: string): Promise<Message> {
    return this.#doing.react(messageId, emoji, true);
  }

  /** Takes a reaction back. Raises `ParleyError`. */
  unreact(messageId: string, emoji: string): Promise<Message> {
    return this.#doing.react(messageId, emoji, false);
  }

  /** Says that everything, or everything up to a number, was read. It never goes back. */
  markRead(seq = this.room?.messages.at(-1)?.seq ?? this.line?.lastMessage?.seq ?? 0): void {
    if (seq > 0) this.#doing.markRead(this.id, seq);
  }

  /** To be called with every stroke. */
  typing(): void {
    this.#doing.stroke(this.id);
  }

  /** They stopped; it is said by itself after a while. */
  stoppedTyping(): void {
    this.#doing.stopped(this.id);
  }

  /** Loads the page of messages before those that are here. False where there are none. Raises `ParleyError`. */
  loadOlder(): Promise<boolean> {
    return this.#doing.older(this.id);
  }

  /** It is no longer shown: its messages are forgotten here. */
  close(): void {
    this.#doing.close(this.id);
  }
}
