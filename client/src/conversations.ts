import type { MyConversation } from './contract.ts';
import type { Conversation } from './conversation.ts';
import type { State } from './state.ts';

/** A list in its order: pinned ones first, then by the last activity. Archived and hidden ones are left out. */
export function listOf(conversations: State['conversations']): MyConversation[] {
  const shown = Object.values(conversations).filter(
    ({ archivedAt, settings }) => archivedAt === null && !settings.archived && !settings.hidden,
  );
  const after = (a: MyConversation, b: MyConversation): number => {
    if (a.settings.pinned !== b.settings.pinned) return a.settings.pinned ? -1 : 1;
    if (a.lastActivityAt !== b.lastActivityAt) return a.lastActivityAt < b.lastActivityAt ? 1 : -1;
    return a.id < b.id ? 1 : -1;
  };
  return shown.sort(after);
}

/** What the list asks of its client. */
interface Doing {
  readonly state: () => State;
  readonly load: (cursor?: string) => Promise<void>;
  readonly open: (id: string) => Promise<Conversation>;
}

/** The user's conversations. */
export class Conversations {
  readonly #doing: Doing;

  constructor(doing: Doing) {
    this.#doing = doing;
  }

  /** Those that were loaded or heard of, in the order of the list. */
  list(): MyConversation[] {
    return listOf(this.#doing.state().conversations);
  }

  /** Loads the next page of the list. False where there is none. Raises `ParleyError`. */
  async loadMore(): Promise<boolean> {
    const { listed } = this.#doing.state();
    if (listed === null) return false;
    await this.#doing.load(listed);
    return true;
  }

  /** Opens a conversation: its messages are here, and kept up to date until it is closed. Raises `ParleyError`. */
  open(id: string): Promise<Conversation> {
    return this.#doing.open(id);
  }
}
