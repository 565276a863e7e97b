import type * as z from 'zod';
import type { ErrorCode } from './errors.ts';
import type { Permission } from './permissions.ts';
import type { Use } from './uses.ts';
import type { Within } from './within.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Another address under which the same operation answers. Its input may carry in the body what the main path carries. */
export interface Alias {
  readonly method: Method;
  readonly path: `/${string}`;
}

/**
 * One operation of the API, declared once: validation, IAM, the gateway's routes, OpenAPI, the client and the tests all
 * read it. `input` holds path, query and body fields together: what the path names comes from the path, the rest from
 * the query (GET, DELETE) or the JSON body (POST, PATCH, PUT).
 */
export interface Route {
  readonly method: Method;
  readonly path: `/${string}`;
  readonly aliases?: readonly Alias[];
  readonly summary: string;
  readonly permission: Permission;
  /** Who may inside the conversation that the input names, by its id or by a message's; every operation that names one says it. */
  readonly within?: Within;
  /** What the handler does to the world outside; becomes the function's IAM policy, action by action. */
  readonly uses: readonly Use[];
  readonly input: z.ZodType<Record<string, unknown>>;
  readonly output: z.ZodType;
  /** Codes this operation may answer with besides the ones that every operation may (see `COMMON_REFUSALS`). */
  readonly refuses: readonly ErrorCode[];
  /** Status of a first success; a replay always answers 200. */
  readonly status: 200 | 201 | 202;
  /** Every call makes another thing: none is a repetition of one before. */
  readonly anew?: true;
}

export type Input<R extends Route> = z.output<R['input']>;
export type Output<R extends Route> = z.input<R['output']>;

/** Declares a route and keeps its exact type. */
export const route = <const R extends Route>(declared: R): R => declared;

/** The names in braces of a path: `/messages/{messageId}` gives `['messageId']`. */
export const pathParameters = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
