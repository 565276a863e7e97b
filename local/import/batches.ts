import { type EarlierMessage, type importBatch, itemsOf, MAX_BATCH } from '#contract/imports.ts';
import type { Input } from '#contract/route.ts';
import { MAX_BODY_BYTES } from '#runtime/json.ts';
import { Problem } from '../problem.ts';
import type { Links } from './threads.ts';

/** A message as the API takes it. */
export type ImportedMessage = Input<typeof importBatch>['messages'][number];

/** A message of a room; what it names, it names by its place among the room's messages. */
export type RoomMessage = Omit<ImportedMessage, keyof Links> & Links;

/** Where an import stands: the batch to send next and the messages stored so far. */
export interface Standing {
  readonly nextBatch: number;
  readonly messages: number;
}

/** What a batch's body has around its messages, with room to spare. */
const ENVELOPE_BYTES = 256;

/** Cuts messages into batches from where an import stands on: as many as a batch may have and a body may carry. */
function* cut(
  messages: readonly RoomMessage[],
  { nextBatch, messages: stored }: Standing,
  places: Map<number, EarlierMessage>,
): Generator<ImportedMessage[]> {
  let number = nextBatch;
  let batch: ImportedMessage[] = [];
  let bytes = ENVELOPE_BYTES;
  let items = 0;
  const placeOf = (index: number): EarlierMessage => {
    const place = places.get(index);
    if (!place)
      throw new Problem(
        'This import was begun with other batches, and a message names one of them: import the file under another room name.',
      );
    return place;
  };
  for (let index = stored; index < messages.length; index++) {
    const { parent, replyTo, ...message } = messages[index]!;
    const imported: ImportedMessage = {
      ...message,
      ...(parent === undefined ? {} : { parent: placeOf(parent) }),
      ...(replyTo === undefined ? {} : { replyTo: placeOf(replyTo) }),
    };
    const size = Buffer.byteLength(JSON.stringify(imported)) + 1;
    if (items + itemsOf(imported) > MAX_BATCH || bytes + size > MAX_BODY_BYTES) {
      yield batch;
      number += 1;
      batch = [];
      bytes = ENVELOPE_BYTES;
      items = 0;
    }
    places.set(index, { batch: number, index: batch.length });
    batch.push(imported);
    bytes += size;
    items += itemsOf(imported);
  }
  if (batch.length > 0) yield batch;
}

/**
 * The batches still to be sent. The cuts follow from the messages, so that a later run knows in which batch each lies; where an
 * import stands elsewhere, it goes on from there, as long as no message names one before.
 */
export function* batchesOf(messages: readonly RoomMessage[], standing: Standing): Generator<ImportedMessage[]> {
  const places = new Map<number, EarlierMessage>();
  const before = { nextBatch: 0, messages: 0 };
  if (standing.messages > 0) {
    for (const batch of cut(messages, before, places)) {
      before.nextBatch += 1;
      before.messages += batch.length;
      if (before.messages >= standing.messages) break;
    }
    if (before.nextBatch !== standing.nextBatch || before.messages !== standing.messages) places.clear();
  }
  yield* cut(messages, standing, places);
}
