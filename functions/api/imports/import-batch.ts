import type { ImportedMessage, importBatch } from '#contract/imports.ts';
import { decideBatch } from '#domain/import.ts';
import { Refusal } from '#domain/refusal.ts';
import { canonicalEmoji } from '#runtime/emoji.ts';
import type { Handle } from '#runtime/service.ts';
import { findStanding, hashOfBatch, storeBatch } from '#table/import-batch.ts';
import { findThreads } from '#table/import-threads.ts';
import { contend } from './contend.ts';

/**
 * Stores a batch, all of it or nothing, or answers what it was answered. Live sends into the same conversation may take
 * numbers meanwhile: the batch then takes those after them. Nothing is pushed to sockets: members pull what was imported.
 *
 * Replies are counted in their threads as live ones are, and with them. A thread keeps its place in the lists of those who follow it
 * already: a place says when something was said here.
 *
 * Raises `request.invalid` for what is no emoji, `import.not_found`, `import.conflict`, `import.out_of_order`, `import.message_unknown`,
 * `thread.too_deep`, `conversation.archived`, `service.contended`.
 */
export const handleImportBatch: Handle<typeof importBatch> = async (
  { importId, batch, messages: given },
  { caller, at },
) => {
  const messages = given.map(withOneSpelling);
  const hash = hashOfBatch(messages);
  return contend(async () => {
    const { head, ...standing } = await findStanding(caller.tenant, { importId, batch });
    const decision = decideBatch(standing, { batch, hash });
    if (decision.kind === 'again') return undefined;
    if (decision.kind === 'replay') return { body: toAnswer(batch, decision.stored), replayed: true };
    if (!head) throw new Error(`the conversation of import ${importId} has no head`);
    const named = await findThreads(caller.tenant, { importId, batch, messages, firstSeq: head.seq + 1, at });
    const stored = await storeBatch(caller.tenant, { importId, batch }, { head, messages, hash, named, at });
    return stored && { body: toAnswer(batch, stored) };
  });
};

/** Each emoji in its one spelling and once, each user once with it. Raises `request.invalid`. */
const withOneSpelling = (message: ImportedMessage): ImportedMessage => {
  if (!message.reactions) return message;
  const users = new Map<string, string[]>();
  for (const { emoji: named, userIds } of message.reactions) {
    const emoji = canonicalEmoji(named);
    if (emoji === undefined)
      throw new Refusal('request.invalid', { issues: [{ path: 'messages', message: `"${named}" is not one emoji` }] });
    users.set(emoji, [...new Set([...(users.get(emoji) ?? []), ...userIds])]);
  }
  return { ...message, reactions: [...users].map(([emoji, userIds]) => ({ emoji, userIds })) };
};

const toAnswer = (batch: number, { firstSeq, lastSeq }: { firstSeq: number; lastSeq: number }) => ({
  firstSeq,
  lastSeq,
  nextBatch: batch + 1,
});
