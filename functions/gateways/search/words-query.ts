import { languagesOfWord } from '#domain/search/languages.ts';
import { unaccented } from '#domain/search/similar.ts';

/** Words side by side, as in `domain/search/tree.ts`. */
export interface Words {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** Where words are looked for: in what people wrote, and in the names of the files they showed. */
const WORDS = ['text', 'names'];
const PLAIN = ['text.folded', 'names.folded'];

/**
 * Words of an index that a begun word at the end of a phrase may stand for. The engine's own 50 would lose hits; this is
 * more than an index has, and what is given up there is time.
 */
const ALL_WORDS = 1_000_000;

/** What is alike counts less than the word itself. */
const BOOSTS = { exact: 8, plain: 4, stem: 2, prefix: 1, fuzzy: 0.5 };

/** Words between the words of a phrase that is only alike; each pair that has changed places counts two. */
const SLOP = 2;

/** Words that differ in letters, of each field: the nearest ones. Fewer than the least are not worth looking for. */
const FUZZY = { most: 50, least: 3 };

const anyOf = (queries: readonly object[]): object => ({ dis_max: { queries } });

/** A word from its first characters on: each word that begins so, however many there are. */
const beginning = (fields: readonly string[], value: string, boost: number): object[] =>
  fields.map((field) => ({ prefix: { [field]: { value, boost } } }));

/** Exactly these words, as a plain scan of the texts finds them. */
export function wordsQuery({ words, prefix }: Words, boost = 1): object {
  if (prefix && words.length === 1) return anyOf(beginning(WORDS, words[0]!, boost));
  const query = words.join(' ');
  const phrase = { query, fields: WORDS, boost };
  return {
    multi_match: prefix
      ? { ...phrase, type: 'phrase_prefix', max_expansions: ALL_WORDS }
      : { ...phrase, type: 'phrase' },
  };
}

const stemsOf = (words: readonly string[]): string[] => [
  ...new Set(words.flatMap(languagesOfWord).map((language) => `stem.${language}`)),
];

/** What is like one word: with other accents, another ending, more letters behind it, a letter or two wrong. */
function likeWord(word: string, prefix: boolean, clauses: number): object[] {
  const plain = unaccented(word);
  const stems = prefix ? [] : stemsOf([word]);
  const left = clauses - 2 * (WORDS.length + PLAIN.length);
  const withStems = stems.length > 0 && stems.length <= left;
  const fuzzy = Math.min(FUZZY.most, Math.floor((left - (withStems ? stems.length : 0)) / PLAIN.length));
  return [
    { multi_match: { query: word, fields: PLAIN, boost: BOOSTS.plain } },
    ...([...plain].length > 1 ? beginning(PLAIN, plain, BOOSTS.prefix) : []),
    ...(withStems ? [{ multi_match: { query: word, fields: stems, operator: 'and', boost: BOOSTS.stem } }] : []),
    ...(fuzzy >= FUZZY.least && !prefix
      ? [
          {
            multi_match: {
              query: word,
              fields: PLAIN,
              fuzziness: 'AUTO',
              prefix_length: 1,
              max_expansions: fuzzy,
              boost: BOOSTS.fuzzy,
            },
          },
        ]
      : []),
  ];
}

/** What is like words side by side: with other accents or endings, a word between them or two that have changed places. */
function likePhrase({ words, prefix }: Words, clauses: number): object[] {
  const near = { query: words.join(' '), slop: SLOP };
  const stems = prefix ? [] : stemsOf(words);
  return [
    { multi_match: { ...near, type: prefix ? 'phrase_prefix' : 'phrase', fields: PLAIN, boost: BOOSTS.plain } },
    ...(stems.length > 0 && stems.length <= clauses
      ? [{ multi_match: { ...near, type: 'phrase', fields: stems, boost: BOOSTS.stem } }]
      : []),
  ];
}

/** These words or what is like them; `clauses`: for how many terms the engine may look, about. */
export function similarQuery({ words, prefix }: Words, clauses: number): object {
  const like =
    words.length === 1 ? likeWord(words[0]!, prefix, clauses) : likePhrase({ words, prefix }, clauses / words.length);
  return anyOf([wordsQuery({ words, prefix }, BOOSTS.exact), ...like]);
}
