import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { createConversation } from '#table/conversation-create.ts';
import type { TenantKey } from '#table/entity.ts';
import { append } from '#table/log/append.ts';
import type { Entry, LogHead, LogStore } from '#table/log/store.ts';

/** A conversation id that nothing else uses. */
export const someConversationId = (): string =>
  `cnv_${Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')}`;

/** A client id as a client mints it, now or at another time. */
export const someClientId = (msecs?: number): string =>
  Buffer.from(uuidv7(msecs === undefined ? {} : { msecs }, new Uint8Array(16))).toString('base64url');

/** A group of `ada` and others on the emulator; its log holds entry 1. */
export async function aGroup(tenant: TenantKey, members: readonly string[] = ['ada', 'bob']): Promise<string> {
  const conversationId = someConversationId();
  const [createdBy = 'ada'] = members;
  await createConversation(tenant, {
    conversationId,
    type: 'group',
    name: 'Engines',
    createdBy,
    members,
    hash: 'test',
    at: Date.now(),
  });
  return conversationId;
}

/** Sends a text through the write path, without announcing it. */
export const sendText = <H extends LogHead>(
  log: LogStore<H>,
  text: string,
  { author = 'ada', clientId = someClientId(), permit = Promise.resolve(undefined) as Promise<undefined> } = {},
) =>
  append(
    log,
    {
      author,
      clientId,
      hash: text,
      preview: { by: author, type: 'text', text: text.slice(0, 20) },
      store: (seq, at) => log.put(seq, { u: author, c: clientId, h: text, b: { type: 'text', text }, a: at, v: 1 }),
    },
    { permit },
  );

/** Everything in a log, by number. Raises when a number is missing: then it is not dense. */
export async function denseLog(log: LogStore): Promise<Entry[]> {
  const head = await log.head();
  const entries = await log.entries(1, head?.seq ?? 0);
  entries.forEach(({ seq }, index) => {
    if (seq !== index + 1) throw new Error(`number ${index + 1} is missing, ${seq} stands in its place`);
  });
  if (entries.length !== head?.seq) throw new Error(`the head says ${head?.seq}, the log has ${entries.length}`);
  return entries;
}

/** What a log says, text by text, with voids and system entries left out. */
export const textsOf = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) =>
    entry.kind === 'message' && entry.message.b.type === 'text' ? [entry.message.b.text] : [],
  );

/** A function that died between two calls: nothing after it happens. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * A store whose user dies at one call: `before` it reaches the table, or `after`, so that the answer is lost. Every later
 * call dies too.
 */
export function killedAt<H extends LogHead>(log: LogStore<H>, call: number, when: 'before' | 'after'): LogStore<H> {
  let calls = 0;
  const guard =
    <A extends readonly unknown[], R>(method: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      calls += 1;
      if (calls > call || (calls === call && when === 'before')) throw new Killed();
      const answer = await method(...args);
      if (calls >= call) throw new Killed();
      return answer;
    };
  return {
    head: guard(log.head),
    take: guard(log.take),
    move: guard(log.move),
    rotate: guard(log.rotate),
    put: guard(log.put),
    void: guard(log.void),
    entry: guard(log.entry),
    entries: guard(log.entries),
    backwards: guard(log.backwards),
  };
}
