import { MySettings } from '#contract/member-settings.ts';

/** What a member has set for themselves, as of now: a mute that has ended is none. */
export function settingsAt(mine: MySettings | undefined, at: number): MySettings {
  const settings = mine ?? MySettings.parse({});
  const over = settings.mutedUntil !== null && Date.parse(settings.mutedUntil) <= at;
  return over ? { ...settings, muted: false, mutedUntil: null } : settings;
}
