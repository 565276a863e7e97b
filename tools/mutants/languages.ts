import type { Mutant } from './mutant.ts';

const words = 'functions/domain/search/words.ts';
const similar = 'functions/domain/search/similar.ts';
const highlight = 'functions/domain/search/highlight.ts';
const fragments = 'functions/domain/search/fragments.ts';
const language = 'functions/indexing/language.ts';
const mapping = 'functions/gateways/search/mapping.ts';

const wordsTest = 'test/domain/search/words.test.ts';
const highlightTest = 'test/domain/search/highlight.test.ts';
const languageTest = 'test/indexing/language.test.ts';
const onEngine = (name: string) => ({ test: `test/search/${name}.test.ts`, needs: 'search' as const });

/** Guards of words, languages and highlights. */
export const LANGUAGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'folded-form',
    invariant: 'What looks the same is found',
    guard: 'one form for accents and widths',
    file: words,
    from: ".replace(UNSEEN, '').normalize('NFKC')]",
    to: ".replace(UNSEEN, '')]",
    test: wordsTest,
  },
  {
    name: 'unseen-characters',
    invariant: 'What looks the same is found',
    guard: 'variation selectors and soft hyphens count for nothing',
    file: words,
    from: ".replace(UNSEEN, '')",
    to: '',
    test: wordsTest,
  },
  {
    name: 'cut-words',
    invariant: 'Everything can be indexed',
    guard: 'a word of any length is cut',
    file: words,
    from: 'word.length <= MAX_WORD ? word : ',
    to: 'word.length > 0 ? word : ',
    test: wordsTest,
  },
  {
    name: 'joined-korean',
    invariant: 'Highlights stand where the words stand',
    guard: 'vowels of Korean belong to what stands before them',
    file: words,
    from: String.raw`\uff9e\uff9f${'${JOINING}'}`,
    to: String.raw`\uff9e\uff9f`,
    test: wordsTest,
  },
  {
    name: 'whole-pictures',
    invariant: 'Highlights never tear a character',
    guard: 'a picture of several is marked as one',
    file: words,
    from: String.raw`(?:(?<=\u200d)\p{Extended_Pictographic}[${'${AFTER}'}]*)*`,
    to: '',
    test: wordsTest,
  },
  {
    name: 'accents-of-engine',
    invariant: 'What is alike is found',
    guard: 'the engine takes off the accents that we take off',
    file: mapping,
    from: "char_filter: ['accents'], ",
    to: '',
    ...onEngine('words'),
  },
  {
    name: 'stems-of-short',
    invariant: 'What is alike is found',
    guard: 'a message is stemmed by the likeliest languages when it does not tell its own',
    file: language,
    from: '.slice(0, GUESSES)',
    to: '.slice(0, 0)',
    test: languageTest,
  },
  {
    name: 'language-of-code',
    invariant: 'A language is told or it is not',
    guard: 'code has no language',
    file: language,
    from: 'looksLikeCode(text)) return undefined;',
    to: 'false) return undefined;',
    test: languageTest,
  },
  {
    name: 'sure-of-language',
    invariant: 'A language is told or it is not',
    guard: 'a few letters have no language',
    file: language,
    from: 'if (letters < FEWEST_LETTERS || ',
    to: 'if (',
    test: languageTest,
  },
  {
    name: 'excluded-not-marked',
    invariant: 'Highlights show why',
    guard: 'what a query excludes is not marked',
    file: highlight,
    from: "      case 'not':\n",
    to: "      case 'not':\n        return this.find(query.node);\n",
    test: highlightTest,
  },
  {
    name: 'held-alternative',
    invariant: 'Highlights show why',
    guard: 'of alternatives those are marked that hold',
    file: highlight,
    from: '(held.length > 0 ? held : parts)',
    to: 'parts',
    test: highlightTest,
  },
  {
    name: 'places-apart',
    invariant: 'Highlights show why',
    guard: 'places that lie over each other are one',
    file: highlight,
    from: 'if (last && start < last[1])',
    to: 'if (false)',
    test: highlightTest,
  },
  {
    name: 'most-places',
    invariant: 'Bounded answers',
    guard: 'a bounded number of places is told',
    file: highlight,
    from: 'return told.slice(0, MOST_PLACES);',
    to: 'return told;',
    test: highlightTest,
  },
  {
    name: 'own-fragments-escaped',
    invariant: 'Fragments are safe HTML',
    guard: 'what stands in a mark is escaped, and what stands around it',
    file: 'functions/domain/search/marked.ts',
    from: 'text.replaceAll(/[&<>"\']/g, (character) => ENTITIES[character]!)',
    to: 'text.replaceAll(/[&]/g, (character) => ENTITIES[character]!)',
    test: highlightTest,
  },
  {
    name: 'fragment-ends',
    invariant: 'Bounded answers',
    guard: 'a fragment of a word without an end has an end',
    file: fragments,
    from: 'stop - start > 2 * FRAGMENT ?',
    to: 'false ?',
    test: highlightTest,
  },
  {
    name: 'first-letter',
    invariant: 'Highlights show why',
    guard: 'a word that begins otherwise is not alike',
    file: similar,
    from: 'if (shared === 0) return false;',
    to: '',
    test: highlightTest,
  },
];
