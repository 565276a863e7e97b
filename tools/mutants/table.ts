import type { Mutant } from './mutant.ts';

/** Guards of keys and tenants. */
export const TABLE_MUTANTS: readonly Mutant[] = [
  {
    name: 'tenant-fixed',
    invariant: 'I9',
    guard: 'a key begins with the caller’s tenant',
    file: 'functions/table/entity.ts',
    from: '`T#${tenantId}` as TenantKey',
    to: '`T#acme${tenantId.slice(0, 0)}` as TenantKey',
    test: 'test/every-route.test.ts',
  },
  {
    name: 'tenant-in-key',
    invariant: 'I9',
    guard: 'the key of a message holds its tenant',
    file: 'functions/table/message.ts',
    from: "join(tenant, 'L', conversationId)",
    to: "join('L', conversationId)",
    test: 'test/every-route.test.ts',
  },
  {
    name: 'tenant-in-index',
    invariant: 'I9',
    guard: 'the index key of a membership holds its tenant',
    file: 'functions/table/member.ts',
    from: "join(tenant, 'U', userId)",
    to: "join('U', userId)",
    test: 'test/every-route.test.ts',
  },
  {
    name: 'turn-beside-ban',
    invariant: 'I9',
    guard: 'a turn of slow mode does not lie where a ban lies',
    file: 'functions/table/settings.ts',
    from: "join('TURN', id.userId)",
    to: "join('S', id.userId)",
    test: 'test/domain/keys.test.ts',
  },
  {
    name: 'edit-of-any-version',
    invariant: 'I8',
    guard: 'the version in If-Match is the one that is changed',
    file: 'functions/runtime/version.ts',
    from: 'return version ?? (tagged === undefined',
    to: 'return version ?? (tagged !== undefined ? Number(tagged) + 1 : tagged === undefined',
    test: 'test/runtime/version.test.ts',
  },
  {
    name: 'tenant-brand',
    invariant: 'I9',
    guard: 'a query without a tenant does not compile',
    file: 'functions/table/entity.ts',
    from: 'export type TenantKey = string & { readonly TenantKey: unique symbol };',
    to: 'export type TenantKey = string;',
    test: 'tsc',
  },
];
