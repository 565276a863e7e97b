import { transport } from '#aws/transport.ts';

type Write = Readonly<Record<string, unknown>> & {
  readonly Key?: { readonly sk?: { readonly S?: string } };
  readonly Item?: Readonly<Record<string, unknown>> & { readonly sk?: { readonly S?: string } };
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
};

const isMessage = (sk: string | undefined): boolean => /^M#\d{15}$/.test(sk ?? '');

/** The writes of a request to DynamoDB that may change a message which is there. */
function changesIn(body: string): Write[] {
  const request = JSON.parse(body) as Write & {
    readonly TransactItems?: readonly { readonly Update?: Write; readonly Put?: Write }[];
  };
  const writes = request.TransactItems
    ? request.TransactItems.flatMap(({ Update, Put }) => [Update ?? [], Put ?? []].flat())
    : [request];
  return writes.filter(
    ({ Key, Item, UpdateExpression, ConditionExpression = '' }) =>
      (UpdateExpression !== undefined && isMessage(Key?.sk?.S)) ||
      (isMessage(Item?.sk?.S) && !ConditionExpression.includes('attribute_not_exists(pk)')),
  );
}

/** Whether a write raises the counter that orders the states of a message for the search index. */
const counts = ({ Item, UpdateExpression = '', ExpressionAttributeNames = {} }: Write): boolean => {
  if (Item) return Item['i'] !== undefined;
  const [, added] = /\bADD (#?\w+) :one\b/.exec(UpdateExpression) ?? [];
  return added !== undefined && (ExpressionAttributeNames[added] ?? added) === 'i';
};

/**
 * Whatever changes a message's item has to raise its counter, or the index may keep the older state for ever. From here on a
 * write that forgets it raises an error instead. What a test puts there past the code, without a condition, may do as it likes.
 */
export function watchCounter(): () => void {
  const { send } = transport;
  transport.send = (url, request) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    if (/(?:UpdateItem|PutItem|TransactWriteItems)$/.test(target) && typeof request.body === 'string') {
      const forgetful = changesIn(request.body).filter(
        (write) => write.ConditionExpression !== undefined && !counts(write),
      );
      if (forgetful.length > 0)
        return Promise.reject(new Error(`a change of a message does not count: ${JSON.stringify(forgetful[0])}`));
    }
    return send(url, request);
  };
  return () => {
    transport.send = send;
  };
}
