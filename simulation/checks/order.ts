import { Violation } from '../history.ts';

/** What of a delivery names the order that it is in. */
interface Ordered {
  readonly tenantId: string;
  readonly group: string;
}

/** Events reach a socket in order: what the queue took for a group is handed out as it was taken, whatever FIFO groups it lies in. */
export class Order {
  /** By group, what was taken and is neither done with nor set aside. */
  readonly #open = new Map<string, string[]>();
  readonly #groups = new Map<string, string>();
  readonly #violate: (violation: Violation) => void;

  constructor(violate: (violation: Violation) => void) {
    this.#violate = violate;
  }

  /** The queue took a message. */
  took(id: string, body: string): void {
    const { tenantId, group } = JSON.parse(body) as Ordered;
    const key = `${tenantId} ${group}`;
    this.#groups.set(id, key);
    this.#open.set(key, [...(this.#open.get(key) ?? []), id]);
  }

  /** These are handed out together, in this order. */
  gives(ids: readonly string[]): void {
    for (const [at, id] of ids.entries()) {
      const open = this.#open.get(this.#groups.get(id) ?? '') ?? [];
      const before = open.slice(0, open.indexOf(id)).find((other) => !ids.slice(0, at).includes(other));
      if (before !== undefined)
        this.#violate(
          new Violation(
            'events of a group go in order',
            `${id} is handed out before ${before} of ${this.#groups.get(id)}`,
          ),
        );
    }
  }

  /** Nobody will be given it again. */
  ended(id: string): void {
    const key = this.#groups.get(id) ?? '';
    this.#groups.delete(id);
    const left = (this.#open.get(key) ?? []).filter((other) => other !== id);
    if (left.length > 0) this.#open.set(key, left);
    else this.#open.delete(key);
  }
}
