import type { Parsed } from './parse.ts';
import type { RawQuery, Warning } from './raw-tree.ts';
import type { Query } from './tree.ts';

/** What is known of the names in a query, by whoever asks. */
export interface Names {
  /** User id of the caller. */
  readonly me: string;
  /** Milliseconds. */
  readonly now: number;
  /** IANA, a valid one: in it days begin and end. */
  readonly timeZone: string;
  /** Ids of the users with this id or display name, whatever its case; none: nobody is called so. */
  usersNamed(text: string): Promise<readonly string[]>;
  /** Ids of the caller's conversations with this id or name, whatever its case. */
  conversationsNamed(text: string): readonly string[] | Promise<readonly string[]>;
  /** The caller's direct conversation with a user. */
  directWith(userId: string): string | undefined;
  directConversationIds(): readonly string[];
}

/** A query ready to be compiled. Raises what the look-ups raise, nothing else. */
export async function resolve(parsed: Parsed, _names: Names): Promise<{ query: Query; warnings: readonly Warning[] }> {
  const resolved = (tree: RawQuery): Query => {
    if (tree.op === 'and' || tree.op === 'or') return { op: tree.op, nodes: tree.nodes.map(resolved) };
    if (tree.op === 'not') return { op: 'not', node: resolved(tree.node) };
    return tree.op === 'operator' ? { op: 'and', nodes: [] } : tree;
  };
  return { query: resolved(parsed.tree), warnings: parsed.warnings };
}
