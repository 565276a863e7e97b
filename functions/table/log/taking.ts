import { speakerAttribute } from '../speakers.ts';
import type { Taking } from './store.ts';

const NAMES = {
  '#seq': 'seq',
  '#recent': 'recent',
  '#older': 'older',
  '#generation': 'generation',
  '#lastAt': 'lastAt',
};

/** A message counts, and moves the marker of who sends it. */
const countMessage = '#n = if_not_exists(#n, #seq) + :one, #speaker = if_not_exists(#n, #seq) + :one';

/** The attributes of a number-taking update of the head, besides its condition. */
export const taking = ({ key, at, preview, renews, removes, calls }: Taking) => ({
  set: `#seq = #seq + :one, #recent.#key = #seq + :one, #lastAt = :at${
    preview ? `, #last = :last, #lastSeq = #seq + :one, ${countMessage}` : renews ? ', #last = :last' : ''
  }${removes ? ', #g = if_not_exists(#g, :none) + :one' : ''}${calls ? ', #m = #seq + :one' : ''}`,
  names: {
    ...NAMES,
    '#key': key,
    ...(preview || renews ? { '#last': 'last', '#lastSeq': 'lastSeq' } : {}),
    ...(preview ? { '#n': 'n', '#speaker': speakerAttribute(preview.by) } : {}),
    ...(removes ? { '#g': 'g' } : {}),
    ...(calls ? { '#m': 'm' } : {}),
  },
  values: {
    ':one': 1,
    ':at': at,
    ...(removes ? { ':none': 0 } : {}),
    ...(preview
      ? { ':last': { ...preview, a: at } }
      : renews
        ? { ':last': renews.preview, ':lastSeq': renews.lastSeq }
        : {}),
  },
  condition: renews ? ' AND #lastSeq = :lastSeq' : '',
});

/** DynamoDB refuses names that an expression does not use. */
export const withoutGeneration = ({ '#generation': _, ...names }: Record<string, string>) => names;
export const withoutOlder = ({ '#older': _, ...names }: Record<string, string>) => names;
