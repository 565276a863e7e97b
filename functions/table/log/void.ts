import { ConditionalCheckFailedException, documents } from '#aws/documents.ts';
import { previewNow } from '#domain/preview.ts';
import type { Key } from '../entity.ts';
import { tableName } from '../table-name.ts';
import type { LogStore } from './store.ts';

/** Entries below a void that one query looks through for the last message, and such queries at most. */
const [PAGE, PAGES] = [10, 10];

/** Says in the head that a number was given a void: a count from before it no longer holds by itself. */
export const markVoid = async (Key: Key, seq: number): Promise<void> => {
  try {
    await documents.update({
      TableName: tableName(),
      Key,
      UpdateExpression: 'SET #v = :seq',
      ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(#v) OR #v < :seq)',
      ExpressionAttributeNames: { '#v': 'v' },
      ExpressionAttributeValues: { ':seq': seq },
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
};

/** What lists show of the last message below a number; undefined where there is none, or none near. */
async function shownBelow(seq: number, backwards: LogStore['backwards']) {
  for (let [before, page] = [seq, 0]; page < PAGES && before > 1; page++) {
    const entries = await backwards(before, PAGE);
    for (const entry of entries)
      if (entry.kind === 'message' && entry.message.b.type !== 'system') {
        const { u, b, a } = entry.message;
        return { seq: entry.seq, preview: previewNow(u, b, a) };
      }
    if (entries.length < PAGE) return undefined;
    before = entries.at(-1)!.seq;
  }
  return undefined;
}

/** A preview that speaks of a message which was never stored goes: lists show the message before it again. */
export async function withdrawPreview(Key: Key, seq: number, backwards: LogStore['backwards']): Promise<void> {
  const names = { '#last': 'last', '#lastSeq': 'lastSeq' };
  const condition = { ConditionExpression: '#lastSeq = :seq', ExpressionAttributeNames: names };
  try {
    const below = await shownBelow(seq, backwards);
    await documents.update({
      TableName: tableName(),
      Key,
      UpdateExpression: below ? 'SET #last = :last, #lastSeq = :lastSeq' : 'REMOVE #last, #lastSeq',
      ...condition,
      ExpressionAttributeValues: { ':seq': seq, ...(below ? { ':last': below.preview, ':lastSeq': below.seq } : {}) },
    });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
