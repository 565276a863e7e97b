/** A key that a request to DynamoDB names, and where in the request it stands. */
export interface SentKey {
  readonly where: string;
  readonly key: string;
}

const KEY_ATTRIBUTES = ['pk', 'uk'];

/**
 * Every partition key that a document client command names: of keys and items, in batches and transactions, and in key
 * conditions, of the table and of its index.
 */
export function keysOf(input: unknown, where = ''): SentKey[] {
  if (Array.isArray(input)) return input.flatMap((part, index) => keysOf(part, `${where}[${index}]`));
  if (typeof input !== 'object' || input === null) return [];
  const found: SentKey[] = [];
  const parts = input as Record<string, unknown>;
  const condition = parts['KeyConditionExpression'];
  if (typeof condition === 'string') {
    const value = /=\s*(:\w+)/.exec(condition)?.[1];
    const values = parts['ExpressionAttributeValues'] as Record<string, unknown> | undefined;
    found.push({ where: `${where}.KeyConditionExpression`, key: String(value && values?.[value]) });
  }
  for (const [name, part] of Object.entries(parts)) {
    const here = `${where}.${name}`;
    if (KEY_ATTRIBUTES.includes(name)) found.push({ where: here, key: String(part) });
    else found.push(...keysOf(part, here));
    // Values of update expressions may set the index key: anything that looks like a key of ours is one.
    if (typeof part === 'string' && part.startsWith('T#') && !KEY_ATTRIBUTES.includes(name))
      found.push({ where: here, key: part });
  }
  return found;
}
