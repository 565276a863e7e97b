import type { Event } from './contract.ts';
import type { Fetching } from './fetching.ts';
import type { Meanwhile } from './ledger.ts';
import { reduce, withNeeds } from './reducer.ts';
import { persistently } from './retry.ts';
import { type Need, put, type State } from './state.ts';

/** Entries that one list of one's own is looked through for. */
const MOST = 100;

type Found<T> = readonly (readonly [key: string, value: T])[];

/** Entries that are known, as they were found now. */
const asFound = <T>(known: Readonly<Record<string, T>>, found: Found<T>, all: boolean): Readonly<Record<string, T>> => {
  const now = new Map(found);
  return Object.fromEntries(
    Object.entries(known).flatMap(([key, value]) => (now.has(key) || !all ? [[key, now.get(key) ?? value]] : [])),
  );
};

/**
 * What carries no number is told once: how far others have read, what one set, hid or marked on another device. A client
 * that was away has missed it, and reads anew what it shows of it.
 */
export class Refresh {
  readonly #by: Fetching;

  constructor(by: Fetching) {
    this.#by = by;
  }

  /** To be called when a socket is open after a time without one. */
  all(): void {
    const { rooms, drafts, media } = this.#by.store.state;
    const needs = Object.entries(rooms).flatMap(([conversationId, { threads }]): Need[] => [
      { of: 'participants', conversationId },
      { of: 'hidden', conversationId },
      ...Object.keys(threads).map((messageId): Need => ({ of: 'thread', conversationId, messageId })),
    ]);
    for (const { conversationId, threadId } of Object.values(drafts))
      needs.push({ of: 'draft', conversationId, threadId });
    this.#by.store.update((state) => withNeeds(state, needs));
    // Refused, or closed: there is nothing to be shown.
    for (const task of [
      () => this.#lines(),
      () => this.#bookmarks(),
      () => this.#invitations(),
      () => this.#scheduled(),
    ])
      task().catch(() => undefined);
    for (const mediaId of Object.keys(media)) this.#media(mediaId).catch(() => undefined);
  }

  /** The first page of the list, and those known lines that should be on it and are not: they were archived or hidden. */
  async #lines(): Promise<void> {
    const { listed, conversations: before } = this.#by.store.state;
    if (listed === undefined && Object.keys(before).length === 0) return;
    const shown = await persistently(this.#by.timers, () => this.#by.snapshots.list());
    const needs = Object.values(this.#by.store.state.conversations).flatMap(({ id, lastActivityAt }): Need[] =>
      !shown.ids.has(id) && (shown.until === null || lastActivityAt >= shown.until)
        ? [{ of: 'line', conversationId: id }]
        : [],
    );
    this.#by.store.update((state) => withNeeds(state, needs));
  }

  async #bookmarks(): Promise<void> {
    if (Object.keys(this.#by.store.state.bookmarks).length === 0) return;
    const { value, since } = await this.#read(() => this.#by.call('listBookmarks', { limit: MOST }));
    const found = value.items.map(
      ({ messageId, note, bookmarkedAt }) => [messageId, { messageId, note, bookmarkedAt }] as const,
    );
    this.#put(since, 'bookmark:', (state) => ({
      ...state,
      bookmarks: asFound(state.bookmarks, found, value.nextCursor === null),
    }));
  }

  async #invitations(): Promise<void> {
    if (Object.keys(this.#by.store.state.invitations).length === 0) return;
    const { value, since } = await this.#read(() => this.#by.call('listReceived', { limit: MOST }));
    const found = value.items.map((invitation) => [invitation.id, invitation] as const);
    this.#put(since, 'invitation:', (state) => ({
      ...state,
      invitations: asFound(state.invitations, found, value.nextCursor === null),
    }));
  }

  async #scheduled(): Promise<void> {
    if (Object.keys(this.#by.store.state.scheduled).length === 0) return;
    const { value, since } = await this.#read(() => this.#by.call('listScheduled', { limit: MOST }));
    const found = value.items.map(
      ({ id: scheduledId, conversationId, sendAt, state, version, messageId, reason }) =>
        [scheduledId, { scheduledId, conversationId, sendAt, state, version, messageId, reason }] as const,
    );
    this.#put(since, 'scheduled:', (state) => ({
      ...state,
      scheduled: asFound(state.scheduled, found, value.nextCursor === null),
    }));
  }

  async #media(mediaId: string): Promise<void> {
    const { value, since } = await this.#read(() => this.#by.call('getMedia', { mediaId }));
    const { state: is, reason } = value;
    this.#put(since, 'media:', (state) => ({
      ...state,
      media: put(state.media, mediaId, { mediaId, state: is, reason }),
    }));
  }

  #read<T>(request: () => Promise<T>): Promise<Meanwhile<T>> {
    return this.#by.ledger.during(undefined, () => persistently(this.#by.timers, request));
  }

  /** Puts what was read, and on it what was told meanwhile. */
  #put(since: readonly Event[], kind: string, change: (state: State) => State): void {
    this.#by.store.update((state) => since.filter(({ type }) => type.startsWith(kind)).reduce(reduce, change(state)));
  }
}
