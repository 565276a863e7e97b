import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { MessageBody } from '#contract/message-bodies.ts';
import type { MessageDocument } from '#domain/search/document.ts';
import { messageDocument, type NamedMedia, type Searched } from '#domain/search/message-document.ts';
import { searchedText } from '#domain/search/texts.ts';
import { summed } from '#functions/indexing/sum.ts';
import { randomFrom } from '#test/support/random.ts';

const FILE = resolve(
  import.meta.dirname,
  '../..',
  process.env['PARLEY_SAMPLES'] ?? '../shared/data',
  'project-chat.jsonl.gz',
);

/** A real message, with what is made up about it: the same at every run. */
export interface RealMessage {
  readonly seq: number;
  readonly at: number;
  /** User id of its author. */
  readonly sender: string;
  readonly conversation: string;
  /** As much of it as its kind of message takes. */
  readonly text: string;
  readonly stored: Searched;
  readonly document: MessageDocument;
}

/** Conversations that the messages are laid into; the direct one is that of the two who say most. */
export const ROOMS = { public: 'cnv_project_chat', direct: 'cnv_direct', team: 'cnv_team' } as const;
export const PAIR = ['dune73', 'walter'] as const;

/** A user id for an author's name. */
export const userIdOf = (author: string): string => author.normalize('NFD').replaceAll(/[^A-Za-z0-9_-]/g, '');

/** Files that some messages show. */
const MEDIA: ReadonlyMap<string, NamedMedia> = new Map([
  ['med_plan', { fileName: 'Release Plan 2022.pdf', contentType: 'application/pdf' }],
  ['med_photo', { fileName: 'IMG_2034.jpg', contentType: 'image/jpeg' }],
  ['med_talk', { fileName: 'talk.mp4', contentType: 'video/mp4' }],
]);

function bodyOf(text: string, random: ReturnType<typeof randomFrom>): MessageBody {
  const caption = text.slice(0, 1_000);
  if (random.chance(0.97)) return { type: 'text', text };
  return random.pick<MessageBody>([
    { type: 'image', mediaId: 'med_photo', caption },
    { type: 'video', mediaId: 'med_talk', caption },
    { type: 'file', mediaId: 'med_plan', caption },
    { type: 'location', lat: 46.9, lon: 7.4, label: text.slice(0, 200) },
    { type: 'custom', name: 'build.done', data: {}, text: caption },
  ]);
}

/** All messages of the sample, in order, as documents of a tenant. Raises when the sample is not there. */
export function realMessages(tenant: string): RealMessage[] {
  if (!existsSync(FILE))
    throw new Error(`the sample conversation is not at ${FILE}: set PARLEY_SAMPLES to the folder that holds it`);
  const random = randomFrom(22_859);
  const lines = gunzipSync(readFileSync(FILE)).toString('utf8').trimEnd().split('\n');
  const users = [...new Set(lines.map((line) => userIdOf((JSON.parse(line) as { author: string }).author)))];
  return lines.map((line, index) => {
    const { at: said, author, text } = JSON.parse(line) as { at: string; author: string; text: string };
    const [seq, at, sender] = [index + 1, Date.parse(said), userIdOf(author)];
    const inPair = PAIR.some((user) => user === sender);
    const conversation = inPair && random.chance(0.2) ? ROOMS.direct : random.chance(0.1) ? ROOMS.team : ROOMS.public;
    const stored: Searched = {
      u: sender,
      b: bodyOf(text, random),
      a: at,
      ...(random.chance(0.05) ? { e: at + 60_000 } : {}),
      ...(random.chance(0.01) ? { p: at + 90_000 } : {}),
      ...(random.chance(0.08) ? { r: { t: ['👍'] } } : {}),
      ...(random.chance(0.06) ? { t: { r: Math.max(1, seq - random.between(1, 20)) } } : {}),
      ...(random.chance(0.02) ? { k: { c: random.between(1, 9) } } : {}),
      ...(random.chance(0.01) ? { f: ['med_plan', 'med_photo'] } : {}),
      ...(random.chance(0.05)
        ? { m: { u: [random.pick(users)], ...(random.chance(0.1) ? { a: true as const } : {}) } }
        : {}),
    };
    const lang = random.chance(0.3) ? random.pick(['en', 'de']) : undefined;
    const document = summed(
      messageDocument({ tenant, conversation, seq }, stored, { media: MEDIA, lang, stems: lang ? [lang] : [] }),
    );
    return { seq, at, sender, conversation, text: searchedText(stored.b)!, stored, document };
  });
}
