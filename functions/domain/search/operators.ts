import { MessageType } from '#contract/message-bodies.ts';
import type { OperatorName } from './raw-tree.ts';
import { BEINGS, HOLDINGS } from './tree.ts';

export interface Operator {
  readonly name: OperatorName;
  /** For people, in English. */
  readonly description: string;
  /** All of its values where there are few, else examples of them. */
  readonly values: readonly string[];
}

/** Types that a message which can be found may have: what the server says and what is deleted is not indexed. */
export const SEARCHED_TYPES = MessageType.options;

const DATES = ['today', 'yesterday', '7d', '2026-05', '2026-05-17'];

/** Every operator of the query language, for its documentation and for suggestions. */
export const OPERATORS: readonly Operator[] = [
  {
    name: 'from',
    description: 'Sent by a user: an id, a display name, or me.',
    values: ['me', '@ada', '"Ada Lovelace"'],
  },
  {
    name: 'in',
    description: 'In a conversation: its id or name; @ada for the direct conversation with her.',
    values: ['general', '@ada'],
  },
  { name: 'to', description: 'Sent to a user, or to me, in a direct conversation.', values: ['me', '@ada'] },
  { name: 'has', description: 'Holds this. A link is in its text, a thread hangs from it.', values: HOLDINGS },
  { name: 'before', description: 'Earlier than the beginning of a day, month, year or moment.', values: DATES },
  { name: 'after', description: 'Later than the end of a day, month, year or moment.', values: DATES },
  { name: 'on', description: 'On a day.', values: DATES.filter((date) => date !== '2026-05') },
  {
    name: 'during',
    description: 'Within a day, week, month or year.',
    values: ['week', 'month', 'year', '2026', ...DATES],
  },
  { name: 'type', description: 'Of this type.', values: SEARCHED_TYPES },
  {
    name: 'mentions',
    description: 'Mentions a user, or all; me: what mentions me or all.',
    values: ['me', 'all', '@ada'],
  },
  { name: 'is', description: 'Pinned, edited, or in a thread (or the beginning of one).', values: BEINGS },
  { name: 'lang', description: 'Written in a language: ISO 639-1.', values: ['en', 'de', 'fr', 'es', 'ja', 'zh'] },
];
