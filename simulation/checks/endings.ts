import { isDeepStrictEqual } from 'node:util';
import type { History, Shown } from '../history.ts';
import { Violation } from '../history.ts';
import type { Entry, Room } from './logs.ts';

type Fields = Record<string, unknown>;

const isMessage = ({ kind }: Entry): boolean => kind === 'message';
const bodyOf = ({ item }: Entry): Fields => item['b'] as Fields;
const seqOf = (messageId: string): number => Number(messageId.slice(messageId.lastIndexOf('_') + 1));

/** I1, I2: each client id at most once for ever, and what was acknowledged lies where it was said to. */
export function nothingLostNothingTwice({ conversationId, entries }: Room, { acknowledged, written }: History): void {
  const places = new Map<string, number>();
  const texts = new Map<unknown, number>();
  for (const entry of entries) {
    const { item, seq } = entry;
    const [author, id] = [item['u'], item['c']];
    if (id === undefined) continue;
    const key = `${author} ${id}`;
    if (places.has(key))
      throw new Violation('I2 nothing twice', `${conversationId}: ${key} lies at ${places.get(key)} and ${seq}`);
    places.set(key, seq);
    if (isMessage(entry) && bodyOf(entry)['type'] === 'text')
      texts.set(bodyOf(entry)['text'], (texts.get(bodyOf(entry)['text']) ?? 0) + 1);
  }
  for (const { author, clientId, seq, createdAt, conversationId: where } of acknowledged.values()) {
    if (where !== conversationId) continue;
    if (places.get(`${author} ${clientId}`) !== seq)
      throw new Violation(
        'I1 nothing acknowledged is lost',
        `${where}: ${author} ${clientId} was told ${seq}, it lies at ${places.get(`${author} ${clientId}`)}`,
      );
    const at = entries[seq - 1]?.item['a'];
    if (new Date(Number(at)).toISOString() !== createdAt)
      throw new Violation('I2 the same time', `${where} ${seq}: told ${createdAt}, stored ${at}`);
  }
  // Under whatever ids the client sends it: what was written once is there once.
  for (const { text, conversationId: where } of written)
    if (where === conversationId && (texts.get(text) ?? 0) > 1)
      throw new Violation('I2 written once, there once', `${conversationId}: ${text}`);
}

/** I8: versions count the changes of a body, and each acknowledged edit is one of them. */
export function noEditLost({ conversationId, entries }: Room, { edited }: History): void {
  const versions = new Map<number, Fields[]>();
  for (const { kind, item } of entries) {
    const change = item['d'] as Fields | undefined;
    if (
      kind !== 'change' ||
      !change ||
      !['message_edited', 'message_deleted', 'message_restored'].includes(String(change['kind']))
    )
      continue;
    const seq = Number(change['seq']);
    versions.set(seq, [...(versions.get(seq) ?? []), change]);
  }
  const textAt = (seq: number, version: number): unknown => {
    const next = versions.get(seq)?.find((change) => change['version'] === version);
    return ((next?.['before'] ?? bodyOf(entries[seq - 1]!)) as Fields)['text'];
  };
  for (const { seq, kind, item } of entries) {
    if (kind !== 'message' || bodyOf({ seq, kind, item })['type'] === 'system') continue;
    const changes = versions.get(seq) ?? [];
    if (item['v'] !== changes.length + 1)
      throw new Violation(
        'I8 versions',
        `${conversationId} ${seq}: version ${item['v']} after ${changes.length} changes`,
      );
    changes.forEach((change, index) => {
      if (change['version'] !== index + 1)
        throw new Violation('I8 versions', `${conversationId} ${seq}: change ${index + 1} is of ${change['version']}`);
    });
  }
  for (const { messageId, version, text } of edited) {
    if (!messageId.startsWith(`msg_${conversationId.slice(4)}_`)) continue;
    if (textAt(seqOf(messageId), version + 1) !== text)
      throw new Violation('I8 no edit is lost', `${messageId} version ${version + 1}: ${text} was acknowledged`);
  }
}

/** I6: counts are what they count, and members are those that the log gives in order of its numbers. */
export function membersAsLogged({ conversationId, entries, members, count }: Room): void {
  const roles = new Map<string, string>();
  for (const entry of entries.filter(isMessage)) {
    const body = bodyOf(entry);
    if (body['type'] !== 'system') continue;
    for (const userId of body['userIds'] as string[]) {
      if (['conversation_created', 'participants_added', 'participant_joined'].includes(String(body['kind'])))
        roles.set(userId, 'member');
      if (['participants_removed', 'participant_left', 'participant_banned'].includes(String(body['kind'])))
        roles.delete(userId);
    }
    for (const { userId, role } of (body['roles'] ?? []) as { userId: string; role: string }[]) roles.set(userId, role);
    if (entry.seq === 1) roles.set(String(entry.item['u']), 'owner');
  }
  const stored = new Map(members.map(({ userId, role }) => [String(userId), String(role)]));
  const sorted = (map: Map<string, string>) => [...map].sort();
  if (!isDeepStrictEqual(sorted(roles), sorted(stored)))
    throw new Violation(
      'I6 members change in the order of the log',
      `${conversationId}: ${JSON.stringify(sorted(roles))} by the log, ${JSON.stringify(sorted(stored))} in the table`,
    );
  const owners = [...stored.values()].filter((role) => role === 'owner').length;
  if (count['members'] !== stored.size || count['owners'] !== owners)
    throw new Violation(
      'I6 exact counts',
      `${conversationId}: ${JSON.stringify(count)} of ${JSON.stringify(sorted(stored))}`,
    );
}

/** I1: who read a stretch of history was shown every message in it, those too that were only being written. */
export function nothingSkipped({ conversationId, entries }: Room, shown: readonly Shown[]): void {
  for (const { conversationId: where, userId, seqs } of shown) {
    if (where !== conversationId || seqs.size === 0) continue;
    const [first, last] = [Math.min(...seqs), Math.max(...seqs)];
    const missing = entries.find(
      (entry) => entry.seq > first && entry.seq < last && isMessage(entry) && !seqs.has(entry.seq),
    );
    if (missing)
      throw new Violation(
        'I1 no reader is shown one beyond an unsettled one',
        `${conversationId} ${userId}: shown ${first} to ${last} without ${missing.seq}`,
      );
  }
}

/** Reactions on a message are counted as they lie in the table; `tally` reads those. */
export function reactionsCounted(
  { entries, conversationId }: Room,
  tally: (seq: number) => Map<string, Set<string>>,
): void {
  for (const { seq, item, kind } of entries) {
    if (kind !== 'message') continue;
    const stored = ((item['r'] as Fields | undefined)?.['t'] ?? []) as { e: string; c: number }[];
    const counted = [...tally(seq)].map(([emoji, users]) => [emoji, users.size] as const).sort();
    const told = stored.map(({ e, c }) => [e, c] as const).sort();
    if (!isDeepStrictEqual(told, counted))
      throw new Violation(
        'I6 reactions',
        `${conversationId} ${seq}: told ${JSON.stringify(told)}, counted ${JSON.stringify(counted)}`,
      );
  }
}

/** Messages by others after a member's read marker, by hand (I5). */
export function unreadByHand({ entries }: Room, member: Fields): number {
  const userId = member['userId'];
  const messages = entries.filter((entry) => isMessage(entry) && bodyOf(entry)['type'] !== 'system');
  const own = messages.filter(({ item }) => item['u'] === userId).map(({ seq }) => seq);
  const marker = Math.max(Number(member['readSeq'] ?? member['joinedSeq']), ...own);
  return messages.filter(
    (entry) => entry.seq > marker && entry.item['u'] !== userId && bodyOf(entry)['type'] !== 'deleted',
  ).length;
}
