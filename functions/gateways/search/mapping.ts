import { ENV } from '#contract/environment.ts';
import { type AnalysisPlugin, IndexOptions } from '#contract/search-index.ts';
import { STEMMED, type StemmedLanguage } from '#domain/search/languages.ts';
import { accents } from '#domain/search/similar.ts';
import { MAX_WORD } from '#domain/search/words.ts';

/** Raised whenever what `indexBody` answers changes in a way that documents must be written anew for. */
export const MAPPING_VERSION = 2;

/** As the function was deployed with. */
export const searchIndexOptions = (): IndexOptions =>
  IndexOptions.parse(JSON.parse(process.env[ENV.searchIndex] || '{}'));

/** The engine's own analysers. */
const BUILT_IN: Readonly<Record<StemmedLanguage, string>> = {
  ar: 'arabic',
  bg: 'bulgarian',
  bn: 'bengali',
  ca: 'catalan',
  cs: 'czech',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  et: 'estonian',
  fa: 'persian',
  fi: 'finnish',
  fr: 'french',
  hi: 'hindi',
  hu: 'hungarian',
  hy: 'armenian',
  id: 'indonesian',
  it: 'italian',
  // Pairs of neighbours: finds what a dictionary would, and some more.
  ja: 'cjk',
  ko: 'cjk',
  lt: 'lithuanian',
  lv: 'latvian',
  nl: 'dutch',
  no: 'norwegian',
  // Their words as they are, without a plug-in.
  pl: 'standard',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sv: 'swedish',
  th: 'thai',
  tr: 'turkish',
  uk: 'standard',
  zh: 'cjk',
};

/** What a plug-in brings in their place. */
const BY_PLUGIN: Readonly<Record<AnalysisPlugin, Readonly<Partial<Record<StemmedLanguage, object>>>>> = {
  icu: { th: { type: 'custom', tokenizer: 'icu_tokenizer', filter: ['icu_folding'] } },
  kuromoji: { ja: { type: 'kuromoji' } },
  nori: { ko: { type: 'nori' } },
  smartcn: { zh: { type: 'smartcn' } },
  stempel: { pl: { type: 'polish' } },
  ukrainian: { uk: { type: 'ukrainian' } },
};

/** The analyser of each language that has stems. Words that carry little are kept: a search for one must not find all. */
function stemAnalyzers(plugins: readonly AnalysisPlugin[]): Record<string, object> {
  const builtIn = (Object.keys(STEMMED) as StemmedLanguage[]).map((language) => [
    language,
    { type: BUILT_IN[language], stopwords: '_none_' },
  ]);
  return Object.assign(Object.fromEntries(builtIn), ...plugins.map((plugin) => BY_PLUGIN[plugin]));
}

const KEYWORD = { type: 'keyword' } as const;
/** Beginnings of words are kept too: a prefix, alone or at the end of a phrase, is looked up like a word. Asked at every key that is pressed. */
const PREFIXES = { min_chars: 1, max_chars: 12 } as const;
const TIME = { type: 'date', format: 'epoch_millis' } as const;

const escaped = (text: string): string =>
  [...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

/** What the engine says back of a document: ids and numbers. Texts are indexed, never told. */
const TOLD = ['kind', 'tenant', 'conversation', 'seq', 'user', 'sender', 'at', 'storedAt', 'type', 'sum', 'removedAt'];

/**
 * Settings and mappings of an index, for documents as `domain/search/document.ts` says. Nothing is guessed: a field that is not
 * declared here is not indexed. Which words a text has is decided by our own code (`spaced` in `domain/search/words.ts`); the engine splits at the spaces.
 */
export function indexBody({ analysis, shards, refreshSeconds }: IndexOptions = searchIndexOptions()): {
  readonly settings: object;
  readonly mappings: object;
} {
  const stems = stemAnalyzers(analysis);
  const stemmed = Object.keys(stems).map((language) => [
    language,
    { type: 'text', analyzer: `stem_${language}`, norms: false },
  ]);
  return {
    settings: {
      index: {
        number_of_shards: shards,
        // A lone node keeps no copy, two or more keep one: no stage has to say so.
        auto_expand_replicas: '0-1',
        refresh_interval: `${refreshSeconds}s`,
      },
      analysis: {
        // What comes has its words a space apart already: no word is as long as this.
        tokenizer: { words: { type: 'whitespace', max_token_length: 2 * MAX_WORD } },
        char_filter: {
          accents: {
            type: 'mapping',
            mappings: [...accents()].map(([character, plain]) => `${escaped(character)}=>${escaped(plain)}`),
          },
        },
        filter: { cut: { type: 'truncate', length: MAX_WORD } },
        analyzer: {
          words: { type: 'custom', tokenizer: 'words' },
          plain: { type: 'custom', char_filter: ['accents'], tokenizer: 'words' },
          ...Object.fromEntries(Object.entries(stems).map(([language, analyzer]) => [`stem_${language}`, analyzer])),
        },
      },
    },
    mappings: {
      dynamic: false,
      _source: { includes: TOLD },
      properties: {
        kind: KEYWORD,
        tenant: KEYWORD,
        conversation: KEYWORD,
        seq: { type: 'long' },
        user: KEYWORD,
        sender: KEYWORD,
        at: TIME,
        storedAt: TIME,
        removedAt: TIME,
        type: KEYWORD,
        has: KEYWORD,
        mentions: KEYWORD,
        edited: { type: 'boolean' },
        pinned: { type: 'boolean' },
        thread: { type: 'long' },
        lang: KEYWORD,
        text: {
          type: 'text',
          analyzer: 'words',
          index_prefixes: PREFIXES,
          fields: { folded: { type: 'text', analyzer: 'plain' } },
        },
        stem: { dynamic: false, properties: Object.fromEntries(stemmed) },
        code: { type: 'keyword', ignore_above: MAX_WORD },
        media: KEYWORD,
        mediaTypes: KEYWORD,
        names: {
          type: 'text',
          analyzer: 'words',
          index_prefixes: PREFIXES,
          fields: { folded: { type: 'text', analyzer: 'plain', index_prefixes: PREFIXES } },
        },
        // Only added up, never asked for.
        sum: { type: 'long', index: false },
      },
    },
  };
}
