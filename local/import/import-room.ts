import { importBatch, startImport } from '#contract/imports.ts';
import { addParticipants, MAX_ADDED } from '#contract/participants.ts';
import { Problem } from '../problem.ts';
import type { Send } from './api-client.ts';
import { batchesOf } from './batches.ts';
import type { Room } from './rooms.ts';

/** What an import of one room came to. */
export interface Imported {
  readonly conversationId: string;
  /** Messages that were not there when this run began. */
  readonly added: number;
}

/**
 * Brings one room in, from where the server says the import stands. One batch at a time: each takes the numbers after
 * the one before. `onStored` hears the messages stored so far, first of all those that were there before.
 */
export async function importRoom(send: Send, room: Room, onStored: (messages: number) => void): Promise<Imported> {
  const state = startImport.output.parse(await send(startImport.path, room.start));
  if (state.messages > room.messages.length)
    throw new Problem(
      `The server has ${state.messages} messages of an import of ${room.messages.length}: another file?`,
    );
  onStored(state.messages);

  let stored = state.messages;
  let batch = state.nextBatch;
  for (const messages of batchesOf(room.messages, state)) {
    const path = importBatch.path.replace('{importId}', room.start.importId);
    batch = importBatch.output.parse(await send(path, { batch, messages })).nextBatch;
    stored += messages.length;
    onStored(stored);
  }

  // After the messages, because each addition takes a number of the log.
  for (let from = 0; from < room.laterParticipants.length; from += MAX_ADDED) {
    const userIds = room.laterParticipants.slice(from, from + MAX_ADDED);
    const path = addParticipants.path.replace('{conversationId}', state.conversationId);
    const { results } = addParticipants.output.parse(await send(path, { userIds }));
    const full = results.filter(({ status }) => status === 'full').length;
    if (full > 0) throw new Problem(`${full} authors found no place in ${state.conversationId}: it is full.`);
  }
  return { conversationId: state.conversationId, added: stored - state.messages };
}
