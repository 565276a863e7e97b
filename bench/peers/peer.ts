/** A member of a room with a live connection of their own. */
export interface Member {
  /** Sends a text to the room; resolves when the server says that it has it. */
  readonly send: (text: string) => Promise<void>;
}

/** A room whose members are all connected. */
export interface Room {
  readonly members: readonly Member[];
  /** Sends that had to be said again because the server failed. */
  readonly repeated: () => number;
  /** Ends all connections. */
  readonly close: () => Promise<void>;
}

/** Told each text that reached a member, their own ones too: all the systems compared send those back. */
export type OnText = (member: number, text: string) => void;

/** A chat server as the load program sees it: one adapter a file. */
export interface Peer {
  /** Signs so many users in, makes a room of them, and connects each. Raises when the server refuses any of it. */
  readonly openRoom: (size: number, onText: OnText) => Promise<Room>;
}

/** Does things one after another, or so many side by side, in order. */
export async function eachOf<T, R>(
  items: readonly T[],
  lanes: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!, index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
