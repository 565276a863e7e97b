import * as z from 'zod';

/** 128 bits or more in base64url: what follows the prefix of every id. */
const TOKEN = '[A-Za-z0-9_-]{22}';

/** A tenant's name as its tokens carry it. No `#`: it stands between delimiters in every key. */
export const TenantId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/);

/** A user's id as the issuer names it (the `sub` claim by default). */
export const UserId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/)
  .meta({ example: 'ada' });

export const ConversationId = z
  .string()
  .regex(new RegExp(`^cnv_${TOKEN}$`))
  .meta({ example: 'cnv_AZqYt2a0cK6fPpQ1mWk3Zg' });

/** Conversation and number in one, so that a message is found with one `GetItem`. */
export const MessageId = z
  .string()
  .regex(new RegExp(`^msg_${TOKEN}_[1-9][0-9]{0,14}$`))
  .meta({ example: 'msg_AZqYt2a0cK6fPpQ1mWk3Zg_42' });

/** A reported message: what was reported is the message of the same conversation and number. */
export const ReportId = z
  .string()
  .regex(new RegExp(`^rep_${TOKEN}_[1-9][0-9]{0,14}$`))
  .meta({ example: 'rep_AZqYt2a0cK6fPpQ1mWk3Zg_42' });

/** A UUIDv7 (RFC 9562, 5.7) in base64url, minted by the client on the server's time. */
export const ClientId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{21}[AQgw]$/)
  .meta({ example: 'AZqYt2a0cK6fPpQ1mWk3Zg' });

/** A device of a user, as it names itself: made up once and kept. */
export const DeviceId = z
  .string()
  .regex(new RegExp(`^dev_${TOKEN}$`))
  .meta({ example: 'dev_AZqYt2a0cK6fPpQ1mWk3Zg' });

/** Conversation and invitation in one, so that whoever is invited finds it with one `GetItem`; the second part begins with the time. */
export const InvitationId = z
  .string()
  .regex(new RegExp(`^inv_${TOKEN}_${TOKEN}$`))
  .meta({ example: 'inv_AZqYt2a0cK6fPpQ1mWk3Zg_AZqYt2a0cK6fPpQ1mWk3Zg' });

export const MediaId = z
  .string()
  .regex(new RegExp(`^med_${TOKEN}$`))
  .meta({ example: 'med_AZqYt2a0cK6fPpQ1mWk3Zg' });

/** A scheduled message: the client id it was made under, scoped to its author. */
export const ScheduledId = z
  .string()
  .regex(/^sch_[A-Za-z0-9_-]{21}[AQgw]$/)
  .meta({ example: 'sch_AZqYt2a0cK6fPpQ1mWk3Zg' });

/** An import names itself: a digest of what it brings in, so that the same file is the same import. */
export const ImportId = z
  .string()
  .regex(/^imp_[A-Za-z0-9_-]{22,43}$/)
  .meta({ example: 'imp_AZqYt2a0cK6fPpQ1mWk3Zg' });

export const WebhookId = z
  .string()
  .regex(new RegExp(`^whk_${TOKEN}$`))
  .meta({ example: 'whk_AZqYt2a0cK6fPpQ1mWk3Zg' });

/** What happened, told to webhooks: the same however often and to however many it is told. */
export const EventId = z
  .string()
  .regex(new RegExp(`^evt_${TOKEN}$`))
  .meta({ example: 'evt_AZqYt2a0cK6fPpQ1mWk3Zg' });

/** A place in the journal of what webhooks are told: when it was entered (ms), and the token of the event's id. */
export const Position = z
  .string()
  .regex(new RegExp(`^[0-9]{15}_${TOKEN}$`))
  .meta({ example: '001795253400000_AZqYt2a0cK6fPpQ1mWk3Zg' });

/** What a webhook was told, by its place in the journal. */
export const DeliveryId = z
  .string()
  .regex(new RegExp(`^dlv_[0-9]{15}_${TOKEN}$`))
  .meta({ example: 'dlv_001795253400000_AZqYt2a0cK6fPpQ1mWk3Zg' });

/** A moment as RFC 3339 in UTC with milliseconds. */
export const Instant = z.iso.datetime().meta({ example: '2026-11-21T09:30:00.000Z' });

/** The id of message number `seq` of a conversation. */
export const messageIdOf = (conversationId: string, seq: number): string => `msg_${conversationId.slice(4)}_${seq}`;

/** The id under which reports of a message are kept, and the message of such an id. */
export const reportIdOf = (messageId: string): string => `rep_${messageId.slice(4)}`;
export const reportedMessageId = (reportId: string): string => `msg_${reportId.slice(4)}`;

/** The id of an invitation to a conversation; `token` is a UUIDv7 in base64url. */
export const invitationIdOf = (conversationId: string, token: string): string =>
  `inv_${conversationId.slice(4)}_${token}`;

/** The conversation and the token that an invitation id carries. */
export const partsOfInvitationId = (invitationId: string): { conversationId: string; token: string } => ({
  conversationId: `cnv_${invitationId.slice(4, 26)}`,
  token: invitationId.slice(27),
});

/** The conversation and number that a message id carries. */
export const partsOfMessageId = (messageId: string): { conversationId: string; seq: number } => ({
  conversationId: `cnv_${messageId.slice(4, 26)}`,
  seq: Number(messageId.slice(27)),
});
