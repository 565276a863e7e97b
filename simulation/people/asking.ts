import { ConnectionLost, type Rest } from '../cloud/rest.ts';

/** An answer with its body read; undefined when none came. */
export type Answered = { readonly status: number; readonly body: Readonly<Record<string, unknown>> } | undefined;

/** One request of a user over HTTPS. `key` is its Idempotency-Key. */
export async function ask(
  rest: Rest,
  userId: string,
  method: string,
  path: string,
  { body, key }: { readonly body?: object; readonly key?: string } = {},
): Promise<Answered> {
  try {
    const reply = await rest.request(userId, {
      method,
      path,
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(key ? { headers: { 'idempotency-key': key } } : {}),
    });
    return { status: reply.status, body: JSON.parse(reply.body) as Record<string, unknown> };
  } catch (error) {
    if (error instanceof ConnectionLost) return undefined;
    throw error;
  }
}

/** Whether the same may be answered otherwise a moment later. */
export const isPassing = (answered: Answered): boolean =>
  answered === undefined ||
  answered.status >= 500 ||
  answered.status === 429 ||
  answered.body['code'] === 'message.client_id_ahead' ||
  answered.body['code'] === 'service.contended';
