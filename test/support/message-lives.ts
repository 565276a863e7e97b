import { messageIdOf } from '#contract/ids.ts';
import type { MessageBody } from '#contract/message-bodies.ts';
import type { StoredMessage } from '#table/message.ts';
import type { Random } from './random.ts';

/** The states of a message's item one after the other, as the table holds them; `removed`: it is gone in the end. */
export interface Life {
  readonly states: readonly StoredMessage[];
  readonly removed: boolean;
}

const WORDS =
  'engine pattern loom card weave algebra note bernoulli c++ über 東京タワー สวัสดี https://example.org www.example.org 😀 don’t'.split(
    ' ',
  );
const textFrom = (random: Random): string =>
  Array.from({ length: random.between(1, 8) }, () => random.pick(WORDS)).join(' ');

function bodyFrom(random: Random, mediaIds: readonly string[]): MessageBody {
  const mediaId = random.pick(mediaIds);
  const kinds: readonly (() => MessageBody)[] = [
    () => ({ type: 'image', mediaId }),
    () => ({ type: 'video', mediaId, caption: textFrom(random) }),
    () => ({ type: 'file', mediaId, name: 'notes.pdf' }),
    () => ({ type: 'location', lat: 51.5, lon: -0.1, label: 'Dorset Street' }),
    () => ({ type: 'contact', name: 'Ada Lovelace', note: textFrom(random) }),
    () => ({ type: 'custom', name: 'chess.move', data: { to: 'e4' }, text: textFrom(random) }),
    () => ({ type: 'system', kind: 'participants_added', userIds: ['bob'] }),
  ];
  return random.chance(0.7) ? { type: 'text', text: textFrom(random) } : random.pick(kinds)();
}

type Step = (before: StoredMessage, random: Random, n: number) => Partial<StoredMessage>;

/** What may happen to a message that is there. Each is one update of its item. */
const STEPS: readonly Step[] = [
  // An edit.
  ({ b, v }, random, n) => ({ b: b.type === 'text' ? { type: 'text', text: textFrom(random) } : b, v: v + 1, e: n }),
  // Reactions that come and go.
  (_, random, n) => ({ r: { n, t: random.chance(0.5) ? [{ e: '👍', c: 1, u: ['bob'] }] : [] } }),
  // A pin.
  ({ p }, _, n) => ({ p: p === undefined ? n : undefined }),
  // A reply, or one that goes.
  ({ k }, random, n) => ({ k: { v: (k?.v ?? 0) + 1, c: random.between(0, 2), k: 1, u: ['bob'], f: 1, s: n, a: n } }),
  // A deletion, with its pin.
  ({ v }, _, n) => ({ b: { type: 'deleted' }, v: v + 1, e: n, p: undefined }),
];

const next = (before: StoredMessage, change: Partial<StoredMessage>): StoredMessage =>
  Object.fromEntries(
    Object.entries({ ...before, ...change, i: (before.i ?? 0) + 1 }).filter(([, value]) => value !== undefined),
  ) as StoredMessage;

/** A message with up to `most` changes of its item, some of them deletions, restorations, the archive and a removal. */
export function aLife(random: Random, mediaIds: readonly string[], most: number): Life {
  const first: StoredMessage = {
    ...{ u: random.pick(['ada', 'bob', 'eve']), b: bodyFrom(random, mediaIds), a: 1_795_000_000_000, v: 1 },
    ...(random.chance(0.1) ? { m: { u: ['ada'] } } : {}),
    ...(random.chance(0.1) ? { f: [random.pick(mediaIds)] } : {}),
    ...(random.chance(0.1) ? { t: { r: 1, p: [] } } : {}),
  };
  const states = [first];
  if (first.b.type !== 'system')
    for (let n = random.between(0, most); n > 0; n--) {
      const before = states.at(-1)!;
      const at = 1_795_000_000_000 + states.length;
      const step = before.b.type === 'deleted' ? undefined : random.pick(STEPS);
      states.push(next(before, step ? step(before, random, at) : { b: first.b, v: before.v + 1, e: at }));
    }
  // A deleted one may not be restored for ever: it stays deleted.
  return { states, removed: random.chance(0.1) };
}

/** How many changes of the table a life is. */
export const changesIn = ({ states, removed }: Life): number => states.length + (removed ? 1 : 0);

export const documentIdOf = (tenantId: string, conversationId: string, seq: number): string =>
  `${tenantId}/${messageIdOf(conversationId, seq)}`;
