import type * as z from 'zod';
import type { ConversationType } from '#contract/conversations.ts';
import type { MemberRole } from '#contract/member-role.ts';
import {
  type ChangedFields,
  type ConversationSettings,
  DEFAULT_SETTINGS,
  type SettingsChange,
  type Threshold,
} from '#contract/settings.ts';
import { Refusal } from './refusal.ts';

type Role = z.output<typeof MemberRole>;
type Action = keyof ConversationSettings['thresholds'];

/** From the lowest role that a threshold can name; whatever is not here stands below all of them. */
const RANK: Readonly<Record<string, number>> = { member: 1, admin: 2, owner: 3 };
const rankOf = (role: string): number => RANK[role] ?? 0;

/** True when the role reaches the threshold. */
export const reaches = (role: Role, threshold: Role): boolean => rankOf(role) >= rankOf(threshold);

/** The roles that reach a threshold; those that can be one. */
export const rolesFrom = (threshold: Role): Threshold[] =>
  (['owner', 'admin', 'member'] as const).filter((role) => reaches(role, threshold));

/** The settings that a send or a reading needs to know of, where they are not the default; the head carries them. */
export interface Rules {
  readonly send?: Threshold | undefined;
  readonly add?: Threshold | undefined;
  /** Seconds of slow mode. */
  readonly slow?: number | undefined;
  /** Members see nothing from before they joined. */
  readonly since?: true | undefined;
  /** Days that messages are kept. */
  readonly keep?: number | undefined;
}

/** The rules of some settings; undefined when there are none. */
export function rulesOf({
  thresholds,
  slowModeSeconds,
  history,
  retentionDays,
}: ConversationSettings): Rules | undefined {
  const usual = DEFAULT_SETTINGS.thresholds;
  const rules = {
    ...(thresholds.send === usual.send ? {} : { send: thresholds.send }),
    ...(thresholds.add === usual.add ? {} : { add: thresholds.add }),
    ...(slowModeSeconds === 0 ? {} : { slow: slowModeSeconds }),
    ...(history === 'all' ? {} : { since: true as const }),
    ...(retentionDays === null ? {} : { keep: retentionDays }),
  };
  return Object.keys(rules).length === 0 ? undefined : rules;
}

/** Why a member of this role may not write here; undefined when they may. */
export const refusalByRules = (rules: Rules | undefined, role: Role): Refusal | undefined =>
  reaches(role, rules?.send ?? DEFAULT_SETTINGS.thresholds.send) ? undefined : new Refusal('message.forbidden');

/** Seconds this member waits between two messages. Who keeps order does not wait. */
export const slowSecondsFor = (rules: Rules | undefined, role: Role): number =>
  reaches(role, 'admin') ? 0 : (rules?.slow ?? 0);

/** The roles that may add participants. */
export const rolesToAdd = (rules: Rules | undefined): Threshold[] =>
  rolesFrom(rules?.add ?? DEFAULT_SETTINGS.thresholds.add);

/** The first number of the log that a member sees. */
export const firstVisible = (rules: Rules | undefined, { joinedSeq }: { readonly joinedSeq: number }): number =>
  rules?.since ? joinedSeq : 1;

/** What is kept about a conversation besides its log. */
export interface Profile {
  readonly name: string | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly settings: ConversationSettings;
}

/** Fields that are to be different. */
export type ProfileChange = SettingsChange & {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
};

const given = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

/** The profile after a change. */
export function changedProfile(profile: Profile, change: ProfileChange): Profile {
  const { name, description, metadata, thresholds, ...settings } = change;
  return {
    ...profile,
    ...given({ name, description, metadata }),
    settings: {
      ...profile.settings,
      ...given(settings),
      thresholds: { ...profile.settings.thresholds, ...given(thresholds ?? {}) },
    } as ConversationSettings,
  } as Profile;
}

/** The fields in which two profiles differ, before and after. */
export function differences(before: Profile, after: Profile): { before: ChangedFields; after: ChangedFields } {
  const flat = ({ settings, ...rest }: Profile): Record<string, unknown> => ({ ...rest, ...settings });
  const [one, other] = [flat(before), flat(after)];
  const fields = Object.keys(other).filter((field) => canonical(one[field]) !== canonical(other[field]));
  const of = (from: Record<string, unknown>): ChangedFields =>
    Object.fromEntries(fields.map((field) => [field, from[field]]));
  return { before: of(one), after: of(other) };
}

/** A value as text that does not depend on the order of its keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Why this member may not change anything here; undefined when they may change something. */
export const refusalToEdit = ({ thresholds }: ConversationSettings, role: Role): Refusal | undefined =>
  reaches(role, thresholds.edit)
    ? undefined
    : new Refusal('participant.forbidden', { needs: rolesFrom(thresholds.edit) });

/**
 * Why this change is not this member's to make; undefined when it is. Nobody moves a threshold that stands above
 * them, nor puts one there: no sequence of changes gives anybody a right that somebody higher has kept for themselves.
 */
export function refusalToChange(
  type: z.output<typeof ConversationType>,
  before: Profile,
  after: Profile,
  role: Role,
): Refusal | undefined {
  const refusal = refusalToEdit(before.settings, role);
  if (refusal) return refusal;
  const invalid = (path: string, message: string) => new Refusal('request.invalid', { issues: [{ path, message }] });
  if (type === 'direct' && after.name !== before.name) return invalid('name', 'a direct conversation has none');
  if (type === 'channel' && after.name === null) return invalid('name', 'a channel keeps one');
  if (before.settings.retentionDays !== after.settings.retentionDays && !reaches(role, 'owner'))
    return new Refusal('participant.forbidden', { needs: ['owner'] });
  const [old, next] = [before.settings.thresholds, after.settings.thresholds];
  for (const action of Object.keys(next) as Action[])
    if (old[action] !== next[action] && !(reaches(role, old[action]) && reaches(role, next[action])))
      return new Refusal('participant.forbidden', { threshold: action });
  return undefined;
}

/** Why this member may not archive or restore for everybody; undefined when they may. */
export const refusalToArchive = (
  type: z.output<typeof ConversationType>,
  settings: ConversationSettings,
  role: Role,
): Refusal | undefined =>
  type === 'direct'
    ? new Refusal('conversation.direct_fixed')
    : // Whatever members may edit, taking the room from everybody stays with those who keep order.
      (refusalToEdit(settings, role) ?? (reaches(role, 'admin') ? undefined : new Refusal('participant.forbidden')));
