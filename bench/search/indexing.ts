import { messageIdOf } from '#contract/ids.ts';
import { bulksOf } from '#domain/search/bulks.ts';
import { messageDocument } from '#domain/search/message-document.ts';
import { routingOf } from '#domain/search/routing.ts';
import { bulk, lineOf } from '#gateways/search/bulk.ts';
import { languagesOf } from '#indexing/language.ts';
import { summed } from '#indexing/sum.ts';
import type { Tick } from '../progress.ts';
import type { Line } from './corpus.ts';

/** Messages of one bulk: what the stream brings at most. */
const BULK = 1_000;

/** Names as the index knows them. */
export const tenantIdOf = (tenant: number): string => `tenant-${tenant}`;
export const authorIdOf = (author: number): string => `user-${author}`;
export const roomIdOf = (tenant: number, room: number): string =>
  `cnv_${String(tenant).padStart(11, '0')}${String(room).padStart(11, '0')}`;

function bulkLine({ tenant, room, seq, author, at, text }: Line, place: number): { place: number; line: string } {
  const [tenantId, conversation] = [tenantIdOf(tenant), roomIdOf(tenant, room)];
  const stored = { u: authorIdOf(author), b: { type: 'text', text } as const, a: at };
  const known = { media: new Map(), ...languagesOf(text) };
  const document = summed(messageDocument({ tenant: tenantId, conversation, seq }, stored, known));
  const id = `${tenantId}/${messageIdOf(conversation, seq)}`;
  const routing = routingOf({}, tenantId, conversation);
  return { place, line: lineOf({ id, routing, version: 1, json: JSON.stringify(document) }, false) };
}

/** What indexing came to. */
export interface Indexed {
  readonly messages: number;
  readonly bulks: number;
  readonly seconds: number;
  /** Seconds of this process, for making the documents. */
  readonly cpuSeconds: number;
}

/** Brings messages into an index as the reader of the stream does: the same documents, bulks of as many. */
export async function indexAll(index: string, lines: Iterable<Line>, tick: Tick): Promise<Indexed> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  let [messages, bulks] = [0, 0];
  let batch: Line[] = [];
  const flush = async (): Promise<void> => {
    for (const part of bulksOf(batch.map(bulkLine))) {
      const results = await bulk(
        index,
        part.map(({ line }) => line),
      );
      const wrong = results.find((result) => result !== 'indexed');
      if (wrong) throw new Error(`a document was not taken: ${JSON.stringify(wrong)}`);
      bulks += 1;
    }
    messages += batch.length;
    batch = [];
    tick();
  };
  for (const line of lines) {
    batch.push(line);
    if (batch.length === BULK) await flush();
  }
  if (batch.length > 0) await flush();
  const { user, system } = process.cpuUsage(cpu);
  return { messages, bulks, seconds: (performance.now() - began) / 1_000, cpuSeconds: (user + system) / 1e6 };
}
