import * as z from 'zod';
import { MediaId } from './ids.ts';

/** Longest wait between two messages of a member: six hours. */
export const MAX_SLOW_SECONDS = 21_600;
/** Ten years. */
export const MAX_KEPT_DAYS = 3_650;
export const MAX_METADATA_KEYS = 20;

/** A colour as CSS writes it in full: `#rrggbb`. */
const Colour = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i)
  .meta({ example: '#2f6fed' });

/** The lowest role that may do something; `member` is everybody who may write. */
export const Threshold = z.enum(['owner', 'admin', 'member']);
export type Threshold = z.output<typeof Threshold>;

const Thresholds = z.strictObject({
  send: Threshold,
  add: Threshold,
  invite: Threshold,
  pin: Threshold,
  /** Change name, description, avatar, metadata and settings, and archive for everybody. */
  edit: Threshold,
});

export const Description = z.string().trim().min(1).max(1_000);

/** What a client of the API keeps with a conversation. Up to 20 keys; the service reads nothing into it. */
export const Metadata = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((metadata) => Object.keys(metadata).length <= MAX_METADATA_KEYS, `at most ${MAX_METADATA_KEYS} keys`);

/** How a conversation is run. Every field has a default, so that a conversation needs none of it. */
export const ConversationSettings = z
  .strictObject({
    avatarId: MediaId.nullable(),
    theme: z.strictObject({ accent: Colour, background: Colour.nullable() }).nullable(),
    /** What a member who has chosen nothing is notified of. */
    notifications: z.enum(['all', 'mentions', 'none']),
    thresholds: Thresholds,
    /** Seconds a member waits between two messages; 0 is off. Owners and admins do not wait. */
    slowModeSeconds: z.int().min(0).max(MAX_SLOW_SECONDS),
    /** What a new member sees of the past. */
    history: z.enum(['all', 'since_joined']),
    /** Days after which messages go; null keeps them as long as the tenant does. */
    retentionDays: z.int().min(1).max(MAX_KEPT_DAYS).nullable(),
  })
  .meta({ id: 'ConversationSettings' });
export type ConversationSettings = z.output<typeof ConversationSettings>;

/** What holds where nothing was said: version 1 of every conversation. */
export const DEFAULT_SETTINGS: ConversationSettings = {
  avatarId: null,
  theme: null,
  notifications: 'all',
  thresholds: { send: 'member', add: 'admin', invite: 'admin', pin: 'admin', edit: 'admin' },
  slowModeSeconds: 0,
  history: 'all',
  retentionDays: null,
};

/** The fields of the settings that are to be different. */
export const SettingsChange = ConversationSettings.partial().extend({ thresholds: Thresholds.partial().optional() });
export type SettingsChange = z.output<typeof SettingsChange>;

/** What a change was: the fields that differ. */
export const ChangedFields = ConversationSettings.partial().extend({
  name: z.string().nullable().optional(),
  description: z.string().nullable().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
export type ChangedFields = z.output<typeof ChangedFields>;
