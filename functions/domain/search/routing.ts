/** FNV-1a, 32 bits: the same for the same text, for ever. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

/** By tenant: over how many routings of an index it is spread; a tenant that is not named has one. */
export type Partitions = Readonly<Record<string, number>>;

const countOf = (partitions: Partitions, tenantId: string): number =>
  Object.hasOwn(partitions, tenantId) ? Math.max(1, partitions[tenantId]!) : 1;

/**
 * Where the documents of a tenant lie in an index: those of a conversation together, in one shard. What belongs to no
 * conversation lies in the first partition.
 */
export function routingOf(partitions: Partitions, tenantId: string, conversationId?: string): string {
  const count = countOf(partitions, tenantId);
  if (count === 1) return tenantId;
  return `${tenantId}/${conversationId === undefined ? 0 : hashOf(conversationId) % count}`;
}

/** All the places where documents of a tenant may lie, as a search names them: with commas between. */
export function routingsOf(partitions: Partitions, tenantId: string): string {
  const count = countOf(partitions, tenantId);
  if (count === 1) return tenantId;
  return Array.from({ length: count }, (_, partition) => `${tenantId}/${partition}`).join(',');
}
