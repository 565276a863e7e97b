import type { MessageBody } from '#contract/message-bodies.ts';
import { kindOf } from '#domain/media.ts';
import { mediaIdsIn } from '#domain/removal.ts';
import type { MessageDocument } from './document.ts';
import { hasLink, searchedText } from './texts.ts';
import { HOLDINGS, type Holding } from './tree.ts';
import { codeIn, folded, spaced } from './words.ts';

/** A message as far as a search may ask for it; the names are those of the table (`table/message.ts`). */
export interface Searched {
  readonly u: string;
  readonly b: MessageBody;
  readonly a: number;
  readonly s?: number | undefined;
  readonly e?: number | undefined;
  readonly p?: number | undefined;
  readonly r?: { readonly t: readonly unknown[] } | undefined;
  readonly t?: { readonly r: number } | undefined;
  readonly k?: { readonly c: number } | undefined;
  readonly f?: readonly string[] | undefined;
  readonly m?: { readonly u?: readonly string[] | undefined; readonly a?: true | undefined } | undefined;
}

/** What its uploader said of a media; it never changes. */
export interface NamedMedia {
  readonly fileName: string;
  readonly contentType: string;
}

export interface Place {
  readonly tenant: string;
  readonly conversation: string;
  readonly seq: number;
}

/** Whether the index holds a message at all: what the server says is not searched, and of a deleted one a tombstone is left. */
export const isSearched = ({ b }: Pick<Searched, 'b'>): boolean => b.type !== 'system' && b.type !== 'deleted';

const ofBody = ({ b }: Searched): readonly Holding[] => HOLDINGS.filter((holding) => holding === b.type);

const held = (message: Searched, text: string | undefined, media: ReadonlyMap<string, NamedMedia>): Holding[] => {
  const { f = [], r, k } = message;
  const found = new Set<Holding>([
    ...ofBody(message),
    // Of an attachment that is gone nobody knows what it was.
    ...f.map((id) => kindOf(media.get(id)?.contentType ?? '')),
    ...(text !== undefined && hasLink(text) ? (['link'] as const) : []),
    ...((r?.t.length ?? 0) > 0 ? (['reaction'] as const) : []),
    ...((k?.c ?? 0) > 0 ? (['thread'] as const) : []),
  ]);
  return HOLDINGS.filter((holding) => found.has(holding));
};

/** What is known of a message from elsewhere: its media, and the language of its text. */
export interface Known {
  readonly media: ReadonlyMap<string, NamedMedia>;
  readonly lang: string | undefined;
  /** The languages by whose rules it is stemmed: its own, or the likeliest ones. */
  readonly stems: readonly string[];
}

/** The same text under each language, as it is read there: its analyser knows where its words end. */
const stemmed = (written: string, stems: readonly string[]): Pick<MessageDocument, 'stem'> =>
  stems.length === 0 ? {} : { stem: Object.fromEntries(stems.map((language) => [language, folded(written)])) };

/** What the index is to hold of a message, but for its `sum`. The same message gives the same document, field by field. */
export function messageDocument(
  { tenant, conversation, seq }: Place,
  message: Searched,
  { media, lang, stems }: Known,
): Omit<MessageDocument, 'sum'> {
  const { u, b, a, s, e, p, t, k, m } = message;
  const written = searchedText(b);
  const code = written === undefined ? [] : codeIn(written);
  const mediaIds = mediaIdsIn(message);
  const shown = mediaIds.flatMap((id) => media.get(id) ?? []);
  const thread = t?.r ?? ((k?.c ?? 0) > 0 ? seq : undefined);
  return {
    kind: 'message',
    ...{ tenant, conversation, seq, sender: u, at: s ?? a, storedAt: a, type: b.type },
    has: held(message, written, media),
    mentions: [...(m?.u ?? []), ...(m?.a ? ['*'] : [])],
    edited: e !== undefined,
    pinned: p !== undefined,
    ...(thread === undefined ? {} : { thread }),
    ...(lang === undefined ? {} : { lang }),
    ...(written === undefined ? {} : { text: spaced(written), ...stemmed(written, stems) }),
    ...(code.length > 0 ? { code } : {}),
    ...(mediaIds.length > 0 ? { media: mediaIds } : {}),
    ...(shown.length > 0
      ? {
          names: spaced(shown.map(({ fileName }) => fileName).join('\n')),
          mediaTypes: [...new Set(shown.map(({ contentType }) => contentType))],
        }
      : {}),
  };
}

/** Whether two states of one message are the same document: media and language follow from what is compared. */
export function sameDocument(place: Place, one: Searched, other: Searched): boolean {
  const bare = (message: Searched) =>
    JSON.stringify(messageDocument(place, message, { media: new Map(), lang: undefined, stems: [] }));
  const same = isSearched(one) === isSearched(other) && searchedText(one.b) === searchedText(other.b);
  return same && bare(one) === bare(other);
}
