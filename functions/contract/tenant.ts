import * as z from 'zod';
import { Instant, MediaId, UserId } from './ids.ts';
import { CustomName, MAX_TEXT, MessageType } from './message-bodies.ts';
import { Cursor, Limit, page } from './page.ts';
import { route } from './route.ts';
import { DEFAULT_UPLOAD_RULES, UploadRules } from './upload-rules.ts';
import { MEDIA_SIGHT } from './uses.ts';

/** Most messages a minute that a tenant may let its users send, and most at once. */
export const MAX_RATE = 6_000;

/** Days of the longest retention: ten years. */
export const MAX_RETENTION_DAYS = 3_650;

/** Minutes of the longest time in which an author may edit or delete: a year. */
export const MAX_CHANGE_MINUTES = 525_600;

/** Hours of the longest time in which a deleted message may come back: thirty days. */
export const MAX_RESTORE_HOURS = 720;

/** Seconds for which a function may still go by settings that were changed meanwhile. */
export const SETTINGS_SECONDS = 30;

const Limits = z.strictObject({
  /** Messages a user may send in any minute, in all conversations together. */
  messagesPerMinute: z.int().min(1).max(MAX_RATE),
  /** Messages a user may send at once. Below `messagesPerMinute` it spreads them; at or above it nobody who keeps to the limit is refused. */
  messageBurst: z.int().min(1).max(MAX_RATE),
  /** Characters (UTF-16 code units) of a text message. */
  textLength: z.int().min(1).max(MAX_TEXT),
  /** Searches a user may make in any minute, and requests for suggestions while typing. */
  searchesPerMinute: z.int().min(1).max(MAX_RATE),
  suggestionsPerMinute: z.int().min(1).max(MAX_RATE),
});
/** What a tenant calls an emoji of its own; people write it between colons. */
const EmojiName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_+-]{0,31}$/)
  .meta({ example: 'loom' });
const Content = z.strictObject({
  /** Types of messages that users may send. */
  types: z
    .array(MessageType)
    .min(1)
    .refine((types) => new Set(types).size === types.length, 'names a type twice'),
  /** Names that messages of type `custom` may have; none unless the tenant says so. */
  customNames: z
    .array(CustomName)
    .max(100)
    .refine((names) => new Set(names).size === names.length, 'names a name twice'),
  /** Emojis of the tenant's own, for reactions: `:name:`. The picture is a media of the admin's, shown to the whole tenant. */
  emojis: z
    .array(z.strictObject({ name: EmojiName, mediaId: MediaId.optional() }))
    .max(200)
    .refine((emojis) => new Set(emojis.map(({ name }) => name)).size === emojis.length, 'names an emoji twice'),
});
const Retention = z.strictObject({
  /** Days after which messages go, where a conversation says nothing of its own; null keeps them for ever. */
  days: z.int().min(1).max(MAX_RETENTION_DAYS).nullable(),
  /** Most days that any conversation keeps messages, whatever it says; null: no limit. */
  maxDays: z.int().min(1).max(MAX_RETENTION_DAYS).nullable(),
  /** Days after which messages are moved to the archive: they are read as before and change no more; null: never. */
  archiveAfterDays: z.int().min(1).max(MAX_RETENTION_DAYS).nullable(),
});
const Changing = z.strictObject({
  /** Minutes within which an author may edit a message; null: for ever. */
  editMinutes: z.int().min(1).max(MAX_CHANGE_MINUTES).nullable(),
  /** Minutes within which an author may delete a message for everybody; null: for ever; 0: never. */
  deleteMinutes: z.int().min(0).max(MAX_CHANGE_MINUTES).nullable(),
  /** Owners and admins of a conversation may delete any message in it. */
  moderatorsDelete: z.boolean(),
  /** Hours within which who deleted a message may bring it back; 0: never. */
  restoreHours: z.int().min(0).max(MAX_RESTORE_HOURS),
});
const Bytes = z
  .int()
  .min(1)
  .max(2 ** 50)
  .nullable();
const Downloads = z.strictObject({
  /** Bytes of media that a user may fetch a day (UTC); null: no limit. */
  userBytesPerDay: Bytes,
  /** Bytes that a user may fetch in any minute; what is larger by itself is let through when nothing else was fetched. */
  userBytesPerMinute: Bytes,
  /** The same for all users of the tenant together. */
  tenantBytesPerDay: Bytes,
  tenantBytesPerMinute: Bytes,
  /** Days for which it is kept who downloaded what. */
  keptDays: z.int().min(1).max(MAX_RETENTION_DAYS),
});
const Features = z.strictObject({
  /** Users may create channels. */
  channels: z.boolean(),
});
const Search = z.strictObject({
  /** Searches are counted, and what at least five users looked for on one day is shown to admins. */
  analytics: z.boolean(),
});

/** What a tenant goes by. Every group and every field has a default, so that a tenant needs none of it. */
export const TenantRules = z.strictObject({
  limits: Limits,
  uploads: UploadRules,
  downloads: Downloads,
  content: Content,
  retention: Retention,
  changing: Changing,
  features: Features,
  search: Search,
});
export type TenantRules = z.output<typeof TenantRules>;

/** What holds for a tenant that has said nothing. */
export const DEFAULT_RULES: TenantRules = {
  limits: {
    messagesPerMinute: 60,
    messageBurst: 60,
    textLength: MAX_TEXT,
    searchesPerMinute: 60,
    suggestionsPerMinute: 600,
  },
  uploads: DEFAULT_UPLOAD_RULES,
  downloads: {
    userBytesPerDay: 20 * 1024 ** 3,
    userBytesPerMinute: 2 * 1024 ** 3,
    tenantBytesPerDay: null,
    tenantBytesPerMinute: null,
    keptDays: 90,
  },
  content: { types: MessageType.options, customNames: [], emojis: [] },
  retention: { days: null, maxDays: null, archiveAfterDays: null },
  changing: { editMinutes: null, deleteMinutes: null, moderatorsDelete: true, restoreHours: 24 },
  features: { channels: true },
  search: { analytics: true },
};

/** A change of a tenant's settings: the fields that are to be different. */
export const RulesChange = z.strictObject({
  limits: Limits.partial().optional(),
  uploads: UploadRules.partial().optional(),
  downloads: Downloads.partial().optional(),
  content: Content.partial().optional(),
  retention: Retention.partial().optional(),
  changing: Changing.partial().optional(),
  features: Features.partial().optional(),
  search: Search.partial().optional(),
});
export type RulesChange = z.output<typeof RulesChange>;

export const TenantSettings = TenantRules.extend({
  /** Counts changes, from 1: the defaults. */
  version: z.int(),
  /** Null as long as nobody changed anything. */
  updatedAt: Instant.nullable(),
  updatedBy: UserId.nullable(),
}).meta({ id: 'TenantSettings' });
export type TenantSettings = z.output<typeof TenantSettings>;

export const getTenantSettings = route({
  method: 'GET',
  path: '/tenant/settings',
  summary: 'Get what holds in your tenant: limits, uploads, retention, features',
  permission: 'tenant:read',
  uses: ['table:get'],
  input: z.strictObject({}),
  output: TenantSettings,
  refuses: [],
  status: 200,
});

export const updateTenantSettings = route({
  method: 'PATCH',
  path: '/tenant/settings',
  summary: 'Change settings of the tenant; they hold everywhere within 30 seconds',
  permission: 'tenant:write',
  uses: [...MEDIA_SIGHT, 'table:put', 'table:update', 'table:delete'],
  input: RulesChange.extend({
    /** The version that is changed; `If-Match` says the same. */
    version: z.int().min(1).optional(),
  }),
  output: TenantSettings,
  refuses: ['tenant.version_conflict', 'tenant.emoji_unusable'],
  status: 200,
});

export const listTenantSettingsHistory = route({
  method: 'GET',
  path: '/tenant/settings/history',
  summary: 'List the changes of the tenant’s settings, newest first',
  permission: 'tenant:write',
  uses: ['table:query', 'signing-key:read'],
  input: z.strictObject({ limit: Limit, cursor: Cursor.optional() }),
  output: page(
    z.strictObject({
      /** The version that the change made. */
      version: z.int(),
      changedBy: UserId,
      changedAt: Instant,
      before: TenantRules,
      after: TenantRules,
    }),
  ),
  refuses: ['request.cursor_invalid'],
  status: 200,
});
