import type { Caller } from '#runtime/caller.ts';
import { tableName } from '#table/table-name.ts';
import { type Scope, scopeOf } from './scope.ts';

/** For how long (ms) a scope is gone by while somebody types. */
const FRESH_MS = 5_000;
/** Users whose scope a function remembers; the oldest go first. */
const MOST = 200;

const known = new Map<string, { readonly until: number; readonly scope: Promise<Scope> }>();

/**
 * A user's scope as it was at most five seconds before `at` (ms): for candidates, each of which is checked before it is shown.
 * Whoever has just come into a conversation may miss it for as long.
 */
export function recentScopeOf({ tenant, userId }: Caller, at: number): Promise<Scope> {
  const place = `${tableName()}\n${tenant}\n${userId}`;
  const found = known.get(place);
  if (found && at < found.until && at >= found.until - FRESH_MS) return found.scope;
  const scope = scopeOf(tenant, userId, at);
  known.delete(place);
  known.set(place, { until: at + FRESH_MS, scope });
  if (known.size > MOST) known.delete(known.keys().next().value!);
  scope.catch(() => known.delete(place));
  return scope;
}
