import type { Entry, LogHead, LogStore, TakeCondition, Taken, Taking } from '#table/log/store.ts';
import type { StoredMessage } from '#table/message.ts';

/** Rules of the store that a test may take out, to see that they are needed. */
export interface StoreRules {
  readonly generationCondition: boolean;
  readonly moveToRecent: boolean;
  readonly writeOnce: boolean;
  readonly floorCondition: boolean;
  readonly moveCondition: boolean;
}

export const ALL_STORE_RULES: StoreRules = {
  generationCondition: true,
  moveToRecent: true,
  writeOnce: true,
  floorCondition: true,
  moveCondition: true,
};

/** What DynamoDB does for one conversation's log, step by step: the model that `test/table/log-store.test.ts` holds against it. */
export class MemoryLog {
  head: LogHead | undefined;
  readonly entries = new Map<number, Entry>();
  readonly #rules: StoreRules;

  constructor(rules: StoreRules = ALL_STORE_RULES) {
    this.#rules = rules;
    this.head = { seq: 0, recent: {}, older: {}, generation: 0, floor: -1, lastAt: 0 };
  }

  take({ key, at, archived = false }: Taking, on: TakeCondition): Taken {
    const head = this.head;
    if (!head || (head.archivedAt !== undefined) !== archived || key in head.recent || key in head.older)
      return { ok: false, head };
    const holds =
      'floorBelow' in on
        ? head.floor < on.floorBelow || !this.#rules.floorCondition
        : head.generation <= on.generationAtMost || !this.#rules.generationCondition;
    if (!holds) return { ok: false, head };
    const seq = head.seq + 1;
    this.head = { ...head, seq, recent: { ...head.recent, [key]: seq }, lastAt: at };
    return { ok: true, seq, head: this.head };
  }

  move({ key, at }: Taking, from: { generation: 'recent' | 'older'; seq: number }): Taken {
    const head = this.head;
    if (!head) return { ok: false, head };
    const older = from.generation === 'older';
    const remembered = older ? head.older[key] : head.recent[key];
    const holds = remembered === from.seq && !(older && key in head.recent);
    if (!holds && (this.#rules.moveCondition || remembered === undefined)) return { ok: false, head };
    const seq = head.seq + 1;
    const { [key]: _, ...rest } = head.older;
    const stays = older && !this.#rules.moveToRecent;
    this.head = {
      ...head,
      seq,
      recent: stays ? head.recent : { ...head.recent, [key]: seq },
      older: stays ? { ...rest, [key]: seq } : rest,
      lastAt: at,
    };
    return { ok: true, seq, head: this.head };
  }

  rotate({ generation, floor }: { generation: number; floor: number }): boolean {
    const head = this.head;
    if (head?.generation !== generation) return false;
    this.head = { ...head, older: head.recent, recent: {}, generation: generation + 1, floor };
    return true;
  }

  write(entry: Entry): boolean {
    if (this.entries.has(entry.seq) && this.#rules.writeOnce) return false;
    this.entries.set(entry.seq, entry);
    return true;
  }

  put(seq: number, message: StoredMessage): boolean {
    return this.write({ kind: 'message', seq, at: message.a, message });
  }

  void(seq: number, at: number): boolean {
    return this.write({ kind: 'void', seq, at });
  }

  between(first: number, last: number): Entry[] {
    const found: Entry[] = [];
    for (let seq = first; seq <= last; seq++) {
      const entry = this.entries.get(seq);
      if (entry) found.push(entry);
    }
    return found;
  }
}

/** How a step reaches the store: a test decides when it happens and whether its answer arrives. */
export type Gate = <T>(name: keyof LogStore, step: () => T) => Promise<T>;

/** The model behind the interface that the real code uses, each step through the gate. */
export const gated = (log: MemoryLog, gate: Gate): LogStore => ({
  head: () => gate('head', () => log.head),
  take: (taking, on) => gate('take', () => log.take(taking, on)),
  move: (taking, from) => gate('move', () => log.move(taking, from)),
  rotate: (drop) => gate('rotate', () => log.rotate(drop)),
  put: (seq, message) => gate('put', () => log.put(seq, message)),
  void: (seq, at) => gate('void', () => log.void(seq, at)),
  entry: (seq) => gate('entry', () => log.entries.get(seq)),
  entries: (first, last) => gate('entries', () => log.between(first, last)),
  backwards: (before, limit) =>
    gate('backwards', () =>
      log
        .between(1, before - 1)
        .reverse()
        .slice(0, limit),
    ),
});
