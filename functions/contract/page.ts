import * as z from 'zod';

/** Items a page holds when the caller does not say. */
export const DEFAULT_LIMIT = 50;

export const Limit = z.coerce.number().int().min(1).max(100).default(DEFAULT_LIMIT);

/** Opaque and tamper-evident: issued by the server for one list of one caller. */
export const Cursor = z.string().min(1).max(512);

/** A page of a list. `nextCursor` is null on the last page. */
export const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
