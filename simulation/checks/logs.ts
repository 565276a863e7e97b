import { conversationPartition, HeadEntity } from '#table/conversation.ts';
import { digits, join, scope } from '#table/entity.ts';
import { VOID } from '#table/log/dynamo-store.ts';
import { logPartition } from '#table/message.ts';
import { Violation } from '../history.ts';
import { plain } from '../plain.ts';
import type { Table } from '../table/table.ts';

/** What lies at a number in the end. */
export interface Entry {
  readonly seq: number;
  readonly kind: 'message' | 'change' | 'void';
  /** The item, as plain values. */
  readonly item: Record<string, unknown>;
}

/** A conversation as the table has it in the end. */
export interface Room {
  readonly conversationId: string;
  readonly head: Record<string, unknown>;
  readonly count: Record<string, unknown>;
  readonly members: readonly Record<string, unknown>[];
  readonly entries: readonly Entry[];
}

const kindOf = (ty: unknown): Entry['kind'] => (ty === VOID ? 'void' : ty === 'change' ? 'change' : 'message');

/** Reads a conversation; raises a `Violation` when its log is not dense (I1). */
export function roomOf(table: Table, tenantId: string, conversationId: string): Room {
  const tenant = scope(tenantId);
  const { pk, sk } = HeadEntity.key(tenant, conversationId);
  const head = plain(table.peek(pk, sk) ?? {});
  const room = conversationPartition(tenant, conversationId);
  const items = [...table.all(room)].map(plain);
  const log = logPartition(tenant, conversationId);
  const at = (prefix: string, seq: number) => {
    const item = table.peek(log, join(prefix, digits(seq)));
    return item && plain(item);
  };
  const entries: Entry[] = [];
  for (let seq = 1; seq <= Number(head['seq']); seq++) {
    const [message, change] = [at('M', seq), at('E', seq)];
    const item = message ?? change;
    if (!item) throw new Violation('I1 dense', `${conversationId}: nothing lies at ${seq}`);
    if (message && change && !(message['ty'] === VOID && change['ty'] === VOID))
      throw new Violation('I1 one thing a number', `${conversationId}: a message and a change lie at ${seq}`);
    if (kindOf(item['ty']) === 'void' && !(message && change))
      throw new Violation('I1 a void under both prefixes', `${conversationId}: not so at ${seq}`);
    entries.push({ seq, kind: kindOf(item['ty']), item });
  }
  return {
    conversationId,
    head,
    count: items.find(({ sk: key }) => key === 'COUNT') ?? {},
    members: items.filter(({ ty }) => ty === 'member'),
    entries,
  };
}
