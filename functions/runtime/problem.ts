import { ERRORS, type ErrorCode } from '#contract/errors.ts';

/** One thing wrong with the input: where (a dotted path, empty for the whole) and what. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** A problem document (RFC 9457). `type` is a stable URI of the code; `instance` names the request. */
export const problem = (code: ErrorCode, requestId: string, details: Readonly<Record<string, unknown>> = {}) => {
  const [status, title] = ERRORS[code];
  return { ...details, type: `urn:parley:problem:${code}`, title, status, code, requestId };
};

/** Zod's issues as a client reads them. */
export const issuesOf = (issues: readonly { path: readonly PropertyKey[]; message: string }[]): Issue[] =>
  issues.slice(0, 20).map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
