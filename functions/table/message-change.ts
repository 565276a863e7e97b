import {
  ConditionalCheckFailedException,
  documents,
  type TransactItem,
  TransactionCanceledException,
} from '#aws/documents.ts';
import type { MessageBody } from '#contract/message-bodies.ts';
import { batchGet } from './batch-get.ts';
import { HeadEntity } from './conversation.ts';
import type { TenantKey } from './entity.ts';
import { type BodyChange, ChangeEntity, type StoredChange } from './log/change.ts';
import { calmly } from './log/contention.ts';
import type { Preview } from './log/store.ts';
import { MessageEntity } from './message.ts';
import type { StoredMentions } from './message-parts.ts';
import { tableName } from './table-name.ts';

/** A change of one message, at one number of its conversation's log. */
export interface MessageChange {
  readonly conversationId: string;
  /** The number the change has taken. */
  readonly seq: number;
  readonly actor: string;
  readonly operationId: string;
  readonly hash: string;
  readonly at: number;
  readonly what: BodyChange;
  readonly body: MessageBody;
  /** Whom the message mentions afterwards, null for nobody; absent: whom it did. */
  readonly mentions?: StoredMentions | null | undefined;
  /** True: the message does not list the change, so that one which changes all day stays small. */
  readonly fleeting?: boolean | undefined;
  /** What else changes with it: the thread that a reply is in. */
  readonly parts?: readonly TransactItem[];
}

/** What a change does to its message, besides the version that it changes. */
const updateOf = ({ seq, at, body, mentions, what, fleeting = false }: MessageChange) => ({
  UpdateExpression: [
    'SET #b = :body, #v = #v + :one, #e = :at',
    fleeting ? '' : ', #l = list_append(if_not_exists(#l, :none), :number)',
    mentions ? ', #m = :mentions' : mentions === null ? ' REMOVE #m' : '',
    // What is deleted is not pinned any more, and restoring does not pin it again: see `domain/pins.ts`.
    what.kind === 'message_deleted' ? `${mentions === null ? ',' : ' REMOVE'} #p` : '',
    ' ADD #i :one',
  ].join(''),
  ExpressionAttributeNames: {
    ...{ '#b': 'b', '#v': 'v', '#e': 'e', '#i': 'i', '#type': 'ty', '#z': 'z' },
    ...(fleeting ? {} : { '#l': 'l' }),
    ...(mentions === undefined ? {} : { '#m': 'm' }),
    ...(what.kind === 'message_deleted' ? { '#p': 'p' } : {}),
  },
  ExpressionAttributeValues: {
    ...{ ':body': body, ':one': 1, ':at': at },
    ...(fleeting ? {} : { ':none': [], ':number': [seq] }),
    ...(mentions ? { ':mentions': mentions } : {}),
  },
});

/**
 * AP-70 Change a message's body and write the log's entry with what was before, both or neither, while the message is in
 * the version that was changed. `seq`: something lies at the number. `stale`: the message has changed meanwhile. `part`:
 * what else was to change has.
 */
export async function changeMessage(
  tenant: TenantKey,
  change: MessageChange,
): Promise<'done' | 'seq' | 'stale' | 'part'> {
  const { conversationId, seq, actor, operationId, hash, at, what, parts = [] } = change;
  const TableName = tableName();
  const update = updateOf(change);
  const entry: StoredChange = { u: actor, c: operationId, h: hash, a: at, d: what };
  const deletes = what.kind === 'message_deleted';
  try {
    await calmly(() =>
      documents.transactWrite([
        {
          Put: {
            TableName,
            Item: ChangeEntity.toItem(tenant, { conversationId, seq }, entry),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        {
          Update: {
            TableName,
            Key: MessageEntity.key(tenant, { conversationId, seq: what.seq }),
            ...update,
            // Pinned at a later number: whoever applies the log in its order would still show the pin.
            ConditionExpression: `#v = :version AND #type = :message AND attribute_not_exists(#z)${
              deletes ? ' AND (attribute_not_exists(#p) OR #p < :seq)' : ''
            }`,
            ExpressionAttributeValues: {
              ...update.ExpressionAttributeValues,
              ':version': what.version,
              ':message': MessageEntity.type,
              ...(deletes ? { ':seq': seq } : {}),
            },
          },
        },
        ...parts,
      ]),
    );
    return 'done';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failed = error.CancellationReasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
    if (failed < 0) throw error;
    return failed === 0 ? 'seq' : failed === 1 ? 'stale' : 'part';
  }
}

/** A change of a body, as the log tells it. */
export type StoredBodyChange = StoredChange & { readonly d: BodyChange };

const isOfBody = (change: StoredChange): change is StoredBodyChange => 'seq' in change.d && 'version' in change.d;

/** AP-71 The changes of bodies at these numbers of a log, oldest first. */
export async function changesAt(
  tenant: TenantKey,
  conversationId: string,
  numbers: readonly number[],
): Promise<StoredBodyChange[]> {
  const keys = numbers.map((seq) => ChangeEntity.key(tenant, { conversationId, seq }));
  const items = await batchGet(keys, { consistent: true });
  return items
    .map(ChangeEntity.fromItem)
    .filter(isOfBody)
    .sort((a, b) => a.d.version - b.d.version);
}

/** AP-72 What lists show of the last message, on condition that it is still the last. */
export async function showInLists(
  tenant: TenantKey,
  conversationId: string,
  lastSeq: number,
  preview: Preview,
): Promise<void> {
  try {
    await documents.update({
      TableName: tableName(),
      Key: HeadEntity.key(tenant, conversationId),
      UpdateExpression: 'SET #last = :last',
      ConditionExpression: '#lastSeq = :lastSeq',
      ExpressionAttributeNames: { '#last': 'last', '#lastSeq': 'lastSeq' },
      ExpressionAttributeValues: { ':last': preview, ':lastSeq': lastSeq },
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
