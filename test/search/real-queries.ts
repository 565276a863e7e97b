import { codeIn, wordsOf } from '#domain/search/words.ts';
import { type Random, randomFrom } from '#test/support/random.ts';
import { PAIR, type RealMessage, ROOMS } from './real-messages.ts';

/** A query as somebody might type it, and what it is to find, said without any of the search's own code but what a word is. */
export interface GeneratedQuery {
  readonly q: string;
  readonly holds: (message: RealMessage) => boolean;
}

/** The caller of all of them. */
export const CALLER = PAIR[0];

const DAY = 86_400_000;

/** Words of what a message says and shows: in two places, which a phrase does not join. */
function placesOf({ document }: RealMessage): readonly string[] {
  return [document.text, document.names].map((text) => ` ${wordsOf(text ?? '').join(' ')} `);
}

/** Generates queries out of messages, the same for the same seed. */
export class QueryMaker {
  readonly #random: Random;
  readonly #messages: readonly RealMessage[];
  readonly #places: ReadonlyMap<RealMessage, readonly string[]>;
  /** Every word, the most frequent first. */
  readonly #vocabulary: readonly string[];
  readonly #codes: readonly string[];
  readonly #senders: readonly string[];

  constructor(messages: readonly RealMessage[], seed: number) {
    this.#random = randomFrom(seed);
    this.#messages = messages;
    this.#places = new Map(messages.map((message) => [message, placesOf(message)]));
    const counts = new Map<string, number>();
    for (const { text } of messages) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    this.#vocabulary = [...counts].toSorted(([, a], [, b]) => b - a).map(([word]) => word);
    this.#codes = [...new Set(messages.flatMap(({ text }) => codeIn(text)))].filter((code) => /[+#=>-]/.test(code));
    this.#senders = [...new Set(messages.map(({ sender }) => sender))];
  }

  /** As many different queries as asked for, each kind in turn. */
  queries(count: number): GeneratedQuery[] {
    const kinds = [
      () => this.#word(),
      () => this.#phrase(),
      () => this.#prefix(),
      () => this.#part(),
      () => this.#code(),
      () => this.#operator(),
      () => this.#date(),
      () => this.#not(this.#term()),
      () => this.#both(this.#term(), this.#term()),
      () => this.#both(this.#word(), this.#not(this.#term())),
      () => this.#either(this.#term(), this.#term()),
      () => this.#both(this.#group(this.#either(this.#term(), this.#date())), this.#operator()),
      () => this.#both(this.#operator(), this.#word(), this.#date()),
      () => this.#not(this.#group(this.#either(this.#operator(), this.#both(this.#word(), this.#not(this.#term()))))),
      () => this.#both(this.#word(), this.#word(), this.#operator(), this.#not(this.#date())),
    ];
    const made = new Map<string, GeneratedQuery>();
    for (let turn = 0; made.size < count; turn++) {
      const query = kinds[turn % kinds.length]!();
      made.set(query.q, query);
    }
    return [...made.values()];
  }

  #contains(words: string): (message: RealMessage) => boolean {
    return (message) => this.#places.get(message)!.some((place) => place.includes(words));
  }

  /** A word of any frequency: each order of magnitude is as likely. */
  #anyWord(): string {
    return this.#vocabulary[Math.floor(this.#vocabulary.length ** this.#random.next()) - 1]!;
  }

  #term(): GeneratedQuery {
    return this.#random.pick([
      () => this.#word(),
      () => this.#phrase(),
      () => this.#prefix(),
      () => this.#operator(),
    ])();
  }

  #word(): GeneratedQuery {
    const word = this.#anyWord();
    return { q: this.#random.chance(0.3) ? word.toUpperCase() : word, holds: this.#contains(` ${word} `) };
  }

  #phrase(): GeneratedQuery {
    const words = wordsOf(this.#random.pick(this.#messages).text);
    const from = this.#random.between(0, Math.max(0, words.length - 2));
    const some = words.slice(from, from + this.#random.between(2, 4)).join(' ');
    return some === '' ? this.#phrase() : { q: `"${some}"`, holds: this.#contains(` ${some} `) };
  }

  #prefix(): GeneratedQuery {
    const beginning = [...this.#anyWord()].slice(0, this.#random.between(2, 6)).join('');
    if (beginning.length < 2) return this.#prefix();
    if (this.#random.chance(0.7)) return { q: `${beginning}*`, holds: this.#contains(` ${beginning}`) };
    const words = wordsOf(this.#random.pick(this.#messages).text).slice(0, 2);
    const begun = [...(words[1] ?? '')].slice(0, 2).join('');
    if (begun.length < 2) return this.#prefix();
    return { q: `${words[0]}-${begun}*`, holds: this.#contains(` ${words[0]} ${begun}`) };
  }

  /** What somebody wrote without a space in it: an address, a path, a word with an apostrophe. */
  #part(): GeneratedQuery {
    const part = this.#random.pick(this.#random.pick(this.#messages).text.split(/\s+/));
    // No letters and signs between them but these: what else they mean is another test's.
    if (!/^[\p{L}\p{N}]+(?:[./'@_-][\p{L}\p{N}]+)+$/u.test(part)) return this.#part();
    return { q: part, holds: this.#contains(` ${wordsOf(part).join(' ')} `) };
  }

  #code(): GeneratedQuery {
    const code = this.#random.pick(this.#codes);
    const word = this.#contains(` ${wordsOf(code)[0] ?? ''} `);
    return {
      q: `"${code}"`,
      holds: (message) => codeIn(message.text).includes(code) && (wordsOf(code).length === 0 || word(message)),
    };
  }

  #operator(): GeneratedQuery {
    const sender = this.#random.chance(0.7)
      ? this.#random.pick(this.#senders.slice(0, 10))
      : this.#random.pick(this.#senders);
    const other = this.#random.pick(this.#senders);
    const { stored, document, direct } = {
      stored: (test: (stored: RealMessage['stored']) => boolean) => (message: RealMessage) => test(message.stored),
      document: (test: (document: RealMessage['document']) => boolean) => (message: RealMessage) =>
        test(message.document),
      direct: ({ conversation }: RealMessage) => conversation === ROOMS.direct,
    };
    return this.#random.pick<GeneratedQuery>([
      { q: `from:${sender}`, holds: (message) => message.sender === sender },
      { q: `from:@${sender.toUpperCase()},"${other}"`, holds: (message) => [sender, other].includes(message.sender) },
      { q: 'from:me', holds: (message) => message.sender === CALLER },
      { q: 'in:team', holds: (message) => message.conversation === ROOMS.team },
      { q: `in:@${PAIR[1]}`, holds: direct },
      { q: 'to:me', holds: (message) => direct(message) && message.sender !== CALLER },
      { q: `to:${PAIR[1]}`, holds: (message) => direct(message) && message.sender !== PAIR[1] },
      {
        q: 'has:link',
        holds: ({ text }) => /(^|[^\p{L}\p{N}])(https?:\/\/|www\.)[\p{L}\p{N}]/iu.test(text),
      },
      { q: 'has:reaction', holds: stored(({ r }) => r !== undefined) },
      { q: 'has:thread', holds: stored(({ k }) => k !== undefined) },
      { q: 'has:image', holds: stored(({ b, f }) => b.type === 'image' || f !== undefined) },
      { q: 'has:file,video', holds: stored(({ b, f }) => b.type === 'file' || b.type === 'video' || f !== undefined) },
      { q: 'is:edited', holds: stored(({ e }) => e !== undefined) },
      { q: 'is:pinned', holds: stored(({ p }) => p !== undefined) },
      { q: 'is:thread', holds: stored(({ k, t }) => k !== undefined || t !== undefined) },
      { q: 'type:location', holds: stored(({ b }) => b.type === 'location') },
      { q: 'type:text', holds: stored(({ b }) => b.type === 'text') },
      { q: `mentions:${other}`, holds: stored(({ m }) => m?.u?.includes(other) ?? false) },
      { q: 'mentions:me', holds: stored(({ m }) => m?.a === true || (m?.u?.includes(CALLER) ?? false)) },
      { q: 'mentions:all', holds: stored(({ m }) => m?.a === true) },
      { q: 'lang:de', holds: document(({ lang }) => lang === 'de') },
    ]);
  }

  #date(): GeneratedQuery {
    const day = new Date(this.#random.pick(this.#messages).at).toISOString().slice(0, 10);
    const month = day.slice(0, 7);
    const [from, next] = [Date.parse(day), Date.parse(day) + DAY];
    return this.#random.pick<GeneratedQuery>([
      { q: `before:${day}`, holds: ({ at }) => at < from },
      { q: `after:${day}`, holds: ({ at }) => at >= next },
      { q: `on:${day}`, holds: ({ at }) => at >= from && at < next },
      { q: `during:${month}`, holds: ({ at }) => new Date(at).toISOString().startsWith(month) },
      { q: `during:${day.slice(0, 4)}`, holds: ({ at }) => new Date(at).toISOString().startsWith(day.slice(0, 4)) },
      { q: `after:${day}T12:00:00Z`, holds: ({ at }) => at > from + DAY / 2 },
    ]);
  }

  #not({ q, holds }: GeneratedQuery): GeneratedQuery {
    return { q: this.#random.chance(0.3) ? `NOT ${q}` : `-${q}`, holds: (message) => !holds(message) };
  }

  #both(...queries: readonly GeneratedQuery[]): GeneratedQuery {
    const holds = (message: RealMessage) => queries.every((query) => query.holds(message));
    return { q: queries.map(({ q }) => q).join(this.#random.chance(0.2) ? ' AND ' : ' '), holds };
  }

  #either(...queries: readonly GeneratedQuery[]): GeneratedQuery {
    const holds = (message: RealMessage) => queries.some((query) => query.holds(message));
    return { q: queries.map(({ q }) => q).join(' OR '), holds };
  }

  #group({ q, holds }: GeneratedQuery): GeneratedQuery {
    return { q: `(${q})`, holds };
  }
}
