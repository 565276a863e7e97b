import type { MessageDocument } from '#domain/search/document.ts';
import type { Filter, Query } from '#domain/search/tree.ts';
import { wordsOf } from '#domain/search/words.ts';

/** The words of a document, made once: a scan asks for them thousands of times. */
const kept = new WeakMap<MessageDocument, readonly (readonly string[])[]>();

const fieldsOf = (document: MessageDocument): readonly (readonly string[])[] => {
  const known = kept.get(document);
  if (known) return known;
  const words = [document.text, document.names].map((text) => (text === undefined ? [] : wordsOf(text)));
  kept.set(document, words);
  return words;
};

/** Whether words stand side by side somewhere, the last one perhaps only begun. */
const sideBySide = (field: readonly string[], wanted: readonly string[], prefix: boolean): boolean =>
  field.some(
    (first, from) =>
      (first === wanted[0] || (prefix && wanted.length === 1 && first.startsWith(wanted[0]!))) &&
      wanted.every((word, offset) => {
        const stands = field[from + offset];
        return prefix && offset === wanted.length - 1 ? stands?.startsWith(word) : stands === word;
      }),
  );

function passes(filter: Filter, document: MessageDocument): boolean {
  switch (filter.by) {
    case 'sender':
      return filter.userIds.includes(document.sender);
    case 'conversation':
      return filter.conversationIds.includes(document.conversation);
    case 'mentions':
      return document.mentions.some((user) => filter.userIds.includes(user) || (filter.all && user === '*'));
    case 'has':
      return document.has.includes(filter.what);
    case 'type':
      return document.type === filter.type;
    case 'lang':
      return document.lang === filter.lang;
    case 'time':
      return document.at >= (filter.from ?? -Infinity) && document.at < (filter.before ?? Infinity);
    case 'is':
      return filter.what === 'thread' ? document.thread !== undefined : document[filter.what];
  }
}

/** Whether a document is what an exact query asks for, by looking at the document itself: what all of search is compared with. */
export function matches(query: Query, document: MessageDocument): boolean {
  switch (query.op) {
    case 'and':
      return query.nodes.every((node) => matches(node, document));
    case 'or':
      return query.nodes.some((node) => matches(node, document));
    case 'not':
      return !matches(query.node, document);
    case 'words':
      return fieldsOf(document).some((field) => sideBySide(field, query.words, query.prefix));
    case 'code':
      return document.code?.includes(query.token) ?? false;
    case 'is':
      return passes(query.filter, document);
  }
}
