import { beforeEach, vi } from 'vitest';
import { transport } from '#aws/transport.ts';

export interface Document {
  readonly id: string;
  readonly routing: string;
  readonly version: number;
  readonly source: Readonly<Record<string, unknown>>;
}

/** An engine that answers each document as it is told, and the bulks it was sent. */
export const engine = {
  answers: (_document: Document, _bulk: number): number => 201,
  bulks: [] as Document[][],
  whole: undefined as ((bulk: number) => Promise<Response>) | undefined,
  others: [] as string[],
};

const documentsIn = (body: string): Document[] => {
  const lines = body.trimEnd().split('\n');
  return lines.flatMap((line, place) => {
    if (place % 2 === 1) return [];
    const { index } = JSON.parse(line) as { index: { _id: string; routing: string; version: number } };
    return [
      { id: index._id, routing: index.routing, version: index.version, source: JSON.parse(lines[place + 1]!) as never },
    ];
  });
};

const failureOf = (status: number) => ({ status, error: { type: `type_${status}`, reason: 'because' } });

/** Everything that goes out. */
export const aws = vi.spyOn(transport, 'send');

/** Answers for the engine at `search.test`, and knows nothing of what else is asked. */
export function useFakeEngine(): void {
  beforeEach(() => {
    Object.assign(engine, { answers: () => 201, bulks: [], whole: undefined, others: [] });
    aws.mockReset();
    aws.mockImplementation(async (url, { method, body }) => {
      if (url.host !== 'search.test') return Response.json({ Responses: {}, UnprocessedKeys: {} }) as never;
      if (!url.pathname.endsWith('/_bulk')) {
        engine.others.push(`${method} ${url.pathname}`);
        return Response.json({ acknowledged: true }) as never;
      }
      const documents = documentsIn(String(body));
      engine.bulks.push(documents);
      const number = engine.bulks.length;
      if (engine.whole) return (await engine.whole(number)) as never;
      const statuses = documents.map((document) => engine.answers(document, number));
      return Response.json({
        items: statuses.map((status) => ({ index: status < 300 ? { status } : failureOf(status) })),
      }) as never;
    });
  });
}
