import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { mayAsk, type ReindexAction } from '#domain/search/reindex.ts';
import { dueKey, holderOf, type Reindex, ReindexEntity, together } from './reindex.ts';
import { TABLE } from './schema.ts';
import { tableName } from './table-name.ts';

/** An update of a reindex while a condition holds; what it is then, or undefined. */
async function update(
  run: Pick<Reindex, 'id' | 'tenantId'>,
  UpdateExpression: string,
  ConditionExpression: string,
  values: Record<string, unknown>,
  names: Record<string, string>,
): Promise<Reindex | undefined> {
  try {
    const { Attributes } = await documents.update({
      TableName: tableName(),
      Key: ReindexEntity.key(holderOf(run), run.id),
      UpdateExpression,
      ConditionExpression,
      ExpressionAttributeValues: values,
      ExpressionAttributeNames: names,
      ReturnValues: 'ALL_NEW',
    });
    return Attributes && ReindexEntity.fromItem(Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** AP-648 Take a reindex until a time (ms), if nobody has it at `at`. */
export const takeReindex = (
  run: Pick<Reindex, 'id' | 'tenantId'>,
  owner: string,
  { at, until }: { readonly at: number; readonly until: number },
): Promise<Reindex | undefined> =>
  update(
    run,
    'SET #owner = :owner, #lease = :until',
    '#lease <= :at',
    { ':owner': owner, ':until': until, ':at': at },
    { '#owner': 'owner', '#lease': 'leaseUntil' },
  );

/** What whoever has a reindex writes of it; what others want of it is not among it. */
const OWN = [
  ...(['status', 'phase', 'generation', 'place', 'round', 'known', 'done', 'repairedNow', 'repaired'] as const),
  ...(['errors', 'said', 'workedMs', 'endedAt', 'leaseUntil'] as const),
];

/** The update that stores how far a reindex has come; `met`: what was wanted is done. */
function noted(run: Reindex, met: boolean) {
  const set = OWN.filter((name) => run[name] !== undefined);
  const gone = [...OWN.filter((name) => run[name] === undefined), ...(met ? (['wanted'] as const) : [])];
  return {
    UpdateExpression: `SET ${set.map((name) => `#${name} = :${name}`).join(', ')}${
      gone.length > 0 ? ` REMOVE ${gone.map((name) => `#${name}`).join(', ')}` : ''
    }`,
    ConditionExpression: '#owner = :owner',
    values: { ...Object.fromEntries(set.map((name) => [`:${name}`, run[name]])), ':owner': run.owner },
    names: { ...Object.fromEntries([...set, ...gone].map((name) => [`#${name}`, name])), '#owner': 'owner' },
  };
}

/**
 * AP-649 Note how far a reindex has come, by whoever has it; `leaseUntil` 0 gives it back. Answers it with what others want of
 * it by now; undefined when somebody else has it.
 */
export const noteReindex = (run: Reindex, { met = false } = {}): Promise<Reindex | undefined> => {
  const { UpdateExpression, ConditionExpression, values, names } = noted(run, met);
  return update(run, UpdateExpression, ConditionExpression, values, names);
};

/** AP-650 The same for the last time: nothing of it is due any more. False when somebody else has it. */
export const endReindex = (run: Reindex): Promise<boolean> => {
  const { UpdateExpression, ConditionExpression, values, names } = noted(run, true);
  const TableName = tableName();
  return together([
    {
      Update: {
        TableName,
        Key: ReindexEntity.key(holderOf(run), run.id),
        UpdateExpression,
        ConditionExpression,
        ExpressionAttributeValues: values,
        ExpressionAttributeNames: names,
      },
    },
    {
      Delete: {
        TableName,
        Key: { ...dueKey(run) },
        ConditionExpression: 'id = :id OR attribute_not_exists(pk)',
        ExpressionAttributeValues: { ':id': run.id },
      },
    },
  ]);
};

/**
 * AP-651 Ask something of a reindex, which the job then does; to go on is done at once. `conflict`: it is not in a state for
 * that, or, for a rollback, another one is under way.
 */
export async function askReindex(run: Reindex, action: ReindexAction): Promise<Reindex | 'conflict'> {
  if (!mayAsk(run, action)) return 'conflict';
  const names = { '#status': 'status', '#wanted': 'wanted' };
  const seen = { ':seen': run.status };
  if (action === 'resume') {
    const going = await update(
      run,
      'SET #status = :running, #accepted = :accepted',
      '#status = :seen AND attribute_not_exists(#wanted)',
      { ...seen, ':running': 'running', ':accepted': run.status === 'stuck' || (run.accepted ?? false) },
      { ...names, '#accepted': 'accepted' },
    );
    return going ?? 'conflict';
  }
  const wanting = {
    UpdateExpression: 'SET #wanted = :wanted',
    // A cancellation stands, whatever else is wished.
    ConditionExpression: '#status = :seen AND (attribute_not_exists(#wanted) OR #wanted = :pause)',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ...seen, ':wanted': action, ':pause': 'pause' },
  };
  const Key = ReindexEntity.key(holderOf(run), run.id);
  const TableName = tableName();
  if (action !== 'rollback') {
    const { UpdateExpression, ConditionExpression, ExpressionAttributeValues } = wanting;
    return (await update(run, UpdateExpression, ConditionExpression, ExpressionAttributeValues, names)) ?? 'conflict';
  }
  const asked = await together([
    { Update: { TableName, Key, ...wanting } },
    {
      Put: {
        TableName,
        Item: { ...dueKey(run), id: run.id, [TABLE.entity]: 'due-reindex' },
        ConditionExpression: 'attribute_not_exists(pk) OR id = :id',
        ExpressionAttributeValues: { ':id': run.id },
      },
    },
  ]);
  return asked ? { ...run, wanted: 'rollback' } : 'conflict';
}
