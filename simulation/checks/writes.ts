import { conversationPartition } from '#table/conversation.ts';
import { join, type TenantKey } from '#table/entity.ts';
import { logPartition } from '#table/message.ts';
import { Violation } from '../history.ts';
import type { Item, Value } from '../table/value.ts';

const number = (value: Value | undefined): number | undefined => (value && 'N' in value ? Number(value.N) : undefined);
const text = (value: Value | undefined): string | undefined => (value && 'S' in value ? value.S : undefined);

/**
 * Looks at every write to the table while it happens: what lies in a log stays what it is, numbers only grow, and
 * watermarks never go back nor past the head (I1, I5, I6).
 */
export class Writes {
  readonly #logs: string;
  readonly #rooms: string;
  readonly #heads = new Map<string, number>();
  readonly #violate: (violation: Violation) => void;

  constructor(tenant: TenantKey, violate: (violation: Violation) => void) {
    this.#logs = logPartition(tenant, '');
    this.#rooms = conversationPartition(tenant, '');
    this.#violate = violate;
  }

  readonly wrote = (partition: string, sort: string, before: Item | undefined, after: Item | undefined): void => {
    if (partition.startsWith(this.#logs)) this.#inLog(partition, sort, before, after);
    else if (!partition.startsWith(this.#rooms)) return;
    else if (sort === 'HEAD') this.#head(partition.slice(this.#rooms.length), before, after);
    else if (sort === 'COUNT') this.#count(partition, after);
    else if (sort.startsWith(join('P', ''))) this.#member(partition, sort, before, after);
  };

  #fail(check: string, where: string, what: string): void {
    this.#violate(new Violation(check, `${where}: ${what}`));
  }

  #inLog(partition: string, sort: string, before: Item | undefined, after: Item | undefined): void {
    const [prefix, digits] = sort.split('#');
    if (prefix !== 'M' && prefix !== 'E') return;
    const where = `${partition} ${sort}`;
    const seq = Number(digits);
    const head = this.#heads.get(partition.slice(this.#logs.length));
    if (head === undefined || seq > head) this.#fail('I1 numbers are taken first', where, `the head is at ${head}`);
    if (!before) return;
    for (const name of ['ty', 'u', 'c', 'a'])
      if ((text(before[name]) ?? number(before[name])) !== (text(after?.[name]) ?? number(after?.[name])))
        this.#fail('I1 write-once', where, `${name} is another than it was`);
  }

  #head(conversationId: string, before: Item | undefined, after: Item | undefined): void {
    // It is purged.
    if (!after) return;
    const [was, is] = [number(before?.['seq']) ?? 0, number(after['seq'])];
    if (is === undefined || is < was || (before && is > was + 1))
      this.#fail('I1 the head counts one by one', conversationId, `from ${was} to ${is}`);
    this.#heads.set(conversationId, is ?? was);
  }

  #count(partition: string, after: Item | undefined): void {
    if (!after) return;
    const [members, owners] = [number(after['members']) ?? 0, number(after['owners']) ?? 0];
    if (owners < 1) this.#fail('I6 the last owner', partition, `${owners} owners of ${members} members`);
  }

  #member(partition: string, sort: string, before: Item | undefined, after: Item | undefined): void {
    if (!after) return;
    const head = this.#heads.get(partition.slice(this.#rooms.length)) ?? 0;
    for (const name of ['readSeq', 'deliveredSeq']) {
      const [was, is] = [number(before?.[name]) ?? 0, number(after[name]) ?? 0];
      const where = `${partition} ${sort} ${name}`;
      if (is < was) this.#fail('I5 watermarks never go back', where, `from ${was} to ${is}`);
      if (is > head) this.#fail('I5 watermarks stay below the head', where, `${is} of ${head}`);
    }
  }
}
