import { SERVICES } from '#contract/entries.ts';
import type { Context } from '../context.ts';
import type { Row } from '../row.ts';

/** List prices of us-east-1 in US dollars for a million (a GB-second and a GB by themselves), without the free tier. */
const PRICE = { frame: 1, rest: 3.5, invocation: 0.2, gbSecond: 0.0000133334, write: 0.625, read: 0.125, gbOut: 0.09 };

/** Of the members half are online, each with 1.2 devices; a read marker covers five messages. */
const [ONLINE, DEVICES, COVERED] = [0.5, 1.2, 5];

/** Milliseconds that the formula gives a send, a batch of the stream and a read marker. */
const [SEND_MS, BATCH_MS, MARKER_MS] = [15, 200, 5];

/** Bytes of the sender's reply: a frame that names the number, or a message with the headers of an HTTP response. */
const REPLY_BYTES = { socket: 80, rest: 600 } as const;

/** What is assumed for invocations a message when the deployed app was not measured: the budget. */
const INVOCATIONS = 1.1;

const BUDGET = { 2: 4.8, 10: 12.7, 100: 92 } as const;

/** US dollars for a million messages: the formula of the design on counts measured by the other rows of this run. */
export async function dollarRows({ figures }: Context): Promise<Row[]> {
  const memory = SERVICES.messages.memory / 1_024;
  const lambda = (invocations: number, ms: number): number =>
    invocations * (PRICE.invocation + (ms / 1_000) * memory * PRICE.gbSecond * 1e6);
  const invocations = figures.get('live.invocations') ?? INVOCATIONS;
  const outside = (bytes: number): number => (bytes / 1_000) * PRICE.gbOut;
  const rows: Row[] = [];
  for (const size of [2, 10, 100] as const) {
    const of = (name: string): number => figures.get(`send.${size}.${name}`) ?? Number.NaN;
    const deliveries = (size - 1) * ONLINE * DEVICES;
    const markers = ((size - 1) * ONLINE) / COVERED;
    const parts = {
      frames: PRICE.frame * deliveries * of('framesPerSocket'),
      // In rooms of more than 50 nobody is told who has read what.
      markers: PRICE.frame * (markers + (size > 50 ? 0 : markers)) + PRICE.write * markers + lambda(markers, MARKER_MS),
      writes: PRICE.write * of('writes'),
      reads: PRICE.read * (of('reads') + of('settling')),
      lambda: lambda(1, SEND_MS) + lambda(Math.max(0, invocations - 1), BATCH_MS),
      egress: outside(deliveries * of('frameBytes')),
    };
    const sum = Object.values(parts).reduce((total, part) => total + part, 0);
    const note = Object.entries(parts)
      .map(([name, part]) => `${name} ${part.toFixed(2)}`)
      .join(', ');
    rows.push(
      {
        name: `US dollars a million messages over the socket, N = ${size}`,
        measured: 2 * PRICE.frame + outside(REPLY_BYTES.socket) + sum,
        unit: '$',
        budget: BUDGET[size],
        note: `in and out 2.00, ${note}; ${memory} GB a function`,
      },
      {
        name: `US dollars a million messages over REST, N = ${size}`,
        measured: PRICE.rest + outside(REPLY_BYTES.rest) + sum,
        unit: '$',
        budget: BUDGET[size] + 1.5,
      },
    );
  }
  return [
    ...rows,
    {
      name: 'Invocations a message that the dollars count',
      measured: invocations,
      unit: 'invocations',
      note: figures.has('live.invocations') ? 'measured' : 'the budget: the deployed app was not measured in this run',
    },
  ];
}
