import { beforeEach, expect } from 'vitest';
import { transport } from '#aws/transport.ts';
import type { Route } from '#contract/route.ts';
import { handler } from '#functions/api/search/search.lambda.ts';
import { type CallOptions, call } from '#test/support/call.ts';
import { aTenantId } from './engine.ts';
import { useGround } from './ground.ts';

let current = '';

/** A tenant of its own for each test. */
export function useBox(): void {
  useGround();
  beforeEach(() => {
    current = aTenantId();
  });
}

/** Of the test that runs. */
export const tenantOfTest = (): string => current;

export type Body = Readonly<Record<string, unknown>> & {
  readonly items: Record<string, never>[];
  readonly nextCursor: string | null;
};
/** The answer to a search, which is what the contract says. */
export const ask = async (route: Route, input: Record<string, unknown>, options: CallOptions = {}): Promise<Body> => {
  const { status, body } = await call(handler, route, input, { tenantId: current, ...options });
  expect(status, JSON.stringify(body)).toBe(200);
  expect(route.output.safeParse(body)).toMatchObject({ success: true });
  return body as Body;
};

/** What every page of a search holds, with pages of so many. */
export async function everyPage(route: Route, input: Record<string, unknown>, limit: number) {
  const found: Record<string, never>[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await ask(route, { ...input, limit, ...(cursor && { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

/** An engine that does not answer while something is done. */
export async function withoutEngine<T>(doing: () => Promise<T>): Promise<T> {
  const { send } = transport;
  transport.send = async (url, request) =>
    /_search|_mget/.test(url.pathname) ? new Response('{}', { status: 503 }) : send(url, request);
  try {
    return await doing();
  } finally {
    transport.send = send;
  }
}
