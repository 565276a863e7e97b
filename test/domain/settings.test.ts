import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConversationSettings, DEFAULT_SETTINGS, Threshold } from '#contract/settings.ts';
import { changedProfile, differences, type Profile, reaches, refusalToChange, rulesOf } from '#domain/settings.ts';

const profile = (settings: ConversationSettings = DEFAULT_SETTINGS): Profile => ({
  name: 'Engines',
  description: null,
  metadata: {},
  settings,
});
const role = fc.constantFrom(...Threshold.options);
const actions = ['send', 'add', 'invite', 'pin', 'edit'] as const;
const thresholds = fc.record(Object.fromEntries(actions.map((action) => [action, role])), { requiredKeys: [] });

describe('a change of the thresholds', () => {
  it('never gives a role, by any sequence of its own changes, what somebody higher has kept', () => {
    fc.assert(
      fc.property(thresholds, role, fc.array(thresholds, { maxLength: 8 }), (start, actor, changes) => {
        let now = changedProfile(profile(), { thresholds: start });
        const kept = actions.filter((action) => !reaches(actor, now.settings.thresholds[action]));
        const first = now.settings.thresholds;
        for (const change of changes) {
          const after = changedProfile(now, { thresholds: change });
          if (!refusalToChange('group', now, after, actor)) now = after;
        }
        for (const action of kept) expect(now.settings.thresholds[action]).toBe(first[action]);
        for (const action of actions)
          if (now.settings.thresholds[action] !== first[action])
            expect(reaches(actor, now.settings.thresholds[action])).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is allowed to whom it belongs, and shows only what differs', () => {
    const after = changedProfile(profile(), { thresholds: { send: 'admin' } });
    expect(refusalToChange('group', profile(), after, 'admin')).toBeUndefined();
    expect(refusalToChange('group', profile(), after, 'member')).toMatchObject({ code: 'participant.forbidden' });
    expect(Object.keys(differences(profile(), after).after)).toEqual(['thresholds']);
    expect(rulesOf(after.settings)).toEqual({ send: 'admin' });
    expect(rulesOf(DEFAULT_SETTINGS)).toBeUndefined();
  });
});

describe('a name', () => {
  it('stays with a channel and never comes to a direct conversation', () => {
    const none = { ...profile(), name: null };
    expect(refusalToChange('channel', profile(), none, 'owner')).toMatchObject({ code: 'request.invalid' });
    expect(refusalToChange('direct', none, profile(), 'owner')).toMatchObject({ code: 'request.invalid' });
    expect(refusalToChange('group', profile(), none, 'owner')).toBeUndefined();
  });
});
