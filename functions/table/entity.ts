import type * as z from 'zod';
import { TABLE } from './schema.ts';

/** The tenant's part of every key. Only `scope` can make one, so a query without a tenant does not compile. */
export type TenantKey = string & { readonly TenantKey: unique symbol };

/** The key prefix of a tenant. It ends with a delimiter's neighbour, never with the id: `T#a` is no prefix of `T#ab#…`. */
export const scope = (tenantId: string): TenantKey => `T#${tenantId}` as TenantKey;

/** The tenant id that a key prefix was made from. */
export const tenantIdOf = (tenant: TenantKey): string => tenant.slice(2);

/**
 * The key prefix of what belongs to no tenant. No tenant's key begins with it. Only what
 * jobs start from does, the due list (ADR 0010), the register of retention, the list of purges (ADR 0012) and, for the search index, the register
 * of tenants and which indices there are (ADR 0029): they name tenants and say nothing of them.
 */
export const SYSTEM = 'S';

/** Joins key parts with `#`, which no id may contain. */
export const join = (...parts: readonly string[]): string => parts.join('#');

/** A number as a sort key part: 15 digits, so that text order is number order. */
export const digits = (value: number): string => String(value).padStart(15, '0');

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** An item as DynamoDB gives it. */
export type Item = Record<string, unknown>;

/**
 * One kind of item: its stored schema (additive only: old rows must still parse), its key, and the way there and back.
 * `fromItem` throws a `ZodError` for an item that cannot be read.
 */
export const entity = <const S extends z.ZodObject, const K>(spec: {
  readonly type: string;
  readonly schema: S;
  readonly key: (tenant: TenantKey, id: K) => Key;
}) => ({
  ...spec,
  toItem: (tenant: TenantKey, id: K, value: z.input<S>): Item => ({
    ...value,
    ...spec.key(tenant, id),
    [TABLE.entity]: spec.type,
  }),
  fromItem: (item: Item): z.output<S> => spec.schema.parse(item),
});
