import type { Query } from '#domain/search/tree.ts';
import { wordsOf } from '#domain/search/words.ts';
import type { Chance } from '#simulation/engine/chance.ts';

/** What people ask, by kind. */
export const KINDS = [
  'rare word',
  'common word',
  'two words',
  'phrase',
  'prefix',
  'word and sender',
  'similar',
] as const;
export type Kind = (typeof KINDS)[number];

/** Words of the real conversation by how often they occur, the commonest first. */
export function vocabulary(real: readonly { readonly text: string }[]): string[] {
  const counts = new Map<string, number>();
  for (const { text } of real) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).flatMap(([word]) => (word.length > 2 ? [word] : []));
}

const words = (...all: readonly string[]): Query => ({ op: 'words', words: all, prefix: false });

/** Makes queries of one kind after another, from words and lines that were really written. */
export function queriesFrom(
  real: readonly { readonly text: string }[],
  vocabulary: readonly string[],
  chance: Chance,
): (kind: Kind, sender: string) => Query {
  const common = () => vocabulary[chance.below(100)]!;
  const rare = () => vocabulary[1_000 + chance.below(vocabulary.length - 1_000)]!;
  const phrase = (): readonly string[] => {
    for (;;) {
      const all = wordsOf(chance.one(real).text);
      if (all.length >= 4) return all.slice(0, 2 + chance.below(2));
    }
  };
  return (kind, sender) => {
    switch (kind) {
      case 'rare word':
        return words(rare());
      case 'common word':
        return words(common());
      case 'two words':
        return { op: 'and', nodes: [words(common()), words(common())] };
      case 'phrase':
        return words(...phrase());
      case 'prefix':
        return { op: 'words', words: [rare().slice(0, 4)], prefix: true };
      case 'word and sender':
        return { op: 'and', nodes: [words(common()), { op: 'is', filter: { by: 'sender', userIds: [sender] } }] };
      case 'similar': {
        const word = rare();
        const place = 1 + chance.below(Math.max(1, word.length - 2));
        return words(`${word.slice(0, place)}${word.slice(place + 1)}x`);
      }
    }
  };
}
