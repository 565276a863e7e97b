/**
 * The single table, declared once: `infra/` builds it on AWS and the tests build it on the emulator from here.
 * There is one index, over members only: nothing that is written per message is indexed.
 */
export const TABLE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds after which DynamoDB may delete the item; late, so readers check it too. */
  ttl: 'exp',
  /** Attribute that names the entity of an item; the stream readers filter on it. */
  entity: 'ty',
  stream: 'NEW_AND_OLD_IMAGES',
  /**
   * The conversations of a user, by activity. Only what is `projected` is kept there, so that a read marker, which is not,
   * costs one write unit.
   */
  byUser: {
    name: 'by-user',
    partitionKey: 'uk',
    sortKey: 'us',
    projected: [
      'ty',
      'userId',
      'conversationId',
      'role',
      'joinedAt',
      'joinedSeq',
      'addedBy',
      'grantedSeq',
      'mine',
      'hid',
    ],
  },
} as const;
