import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mayInviteAs,
  refusalToEnter,
  refusalToHandle,
  refusalToInvite,
  roleByInvitation,
  stateOf,
} from '#domain/invitation.ts';
import { outranks, type Role } from '#domain/roles.ts';
import { reaches } from '#domain/settings.ts';
import {
  type Attempt,
  attempts,
  type InvitingAttempt,
  invitingAttempts,
  RolesModel,
} from '#test/support/roles-model.ts';

const USERS = ['ada', 'bob', 'cleo', 'dan', 'eve', 'fay', 'gus', 'hal'] as const;
const INSIDE = USERS.slice(0, 4);
const COMING = USERS.slice(3);
const START = { ada: 'owner', bob: 'admin', cleo: 'admin', dan: 'member', eve: 'member' } as const;
const RUNS = { numRuns: 3_000 };

const type = fc.constantFrom('group' as const, 'channel' as const);
const threshold = fc.constantFrom('owner' as const, 'admin' as const, 'member' as const);
const anyAttempt = fc.oneof(
  attempts(USERS, USERS),
  { weight: 2, arbitrary: invitingAttempts(COMING, INSIDE) },
  invitingAttempts(USERS, USERS),
);
/** Whoever is inside has invited when it begins. */
const sequence = fc
  .record({
    first: fc.tuple(...INSIDE.map((user) => invitingAttempts([user], [user], ['invite']))),
    rest: fc.array<Attempt | InvitingAttempt>(anyAttempt, { minLength: 1, maxLength: 50 }),
  })
  .map(({ first, rest }) => [...first, ...rest]);
const rank = (role: Role | undefined): number =>
  role === undefined ? 0 : { guest: 1, member: 2, admin: 3, owner: 4 }[role];

const aModel = (kind: 'group' | 'channel', invite: 'owner' | 'admin' | 'member'): RolesModel => {
  const model = new RolesModel(kind, START);
  model.threshold = invite;
  return model;
};

describe('invitations, in any sequence of attempts', () => {
  it('raise nobody above what somebody higher gives, as they stand when it is used', () => {
    let entries = 0;
    fc.assert(
      fc.property(type, threshold, sequence, (kind, invite, tried) => {
        const model = aModel(kind, invite);
        for (const attempt of tried) {
          const before = new Map(model.roles);
          const guest = model.remembered.get(attempt.actor)?.guest === true;
          model.now++;
          const refusal = model.attempt(attempt);
          if (refusal) expect(model.roles).toEqual(before);
          if (refusal || attempt.does !== 'enter' || before.has(attempt.actor)) {
            if (attempt.does === 'enter' || attempt.does === 'invite') expect(model.roles).toEqual(before);
            continue;
          }
          entries++;
          const inviter = before.get(attempt.target)!;
          const given = model.roles.get(attempt.actor)!;
          expect(reaches(inviter, invite)).toBe(true);
          expect(outranks(inviter, given) || (inviter === 'member' && given === 'member')).toBe(true);
          // Nobody undoes a demotion by going and coming back through somebody who could not undo it.
          if (guest && given !== 'guest') expect(rank(inviter)).toBeGreaterThanOrEqual(rank('admin'));
          // Nobody else changed.
          for (const [user, role] of before) expect(model.roles.get(user)).toBe(role);
        }
      }),
      RUNS,
    );
    expect(entries).toBeGreaterThan(1_000);
  });

  it('give those below no way to where the highest of them stands', () => {
    fc.assert(
      fc.property(type, threshold, sequence, (kind, invite, tried) => {
        const model = aModel(kind, invite);
        for (const attempt of tried.filter(({ actor }) => actor !== 'ada')) {
          model.now++;
          model.attempt(attempt);
          expect(model.roles.get('ada')).toBe('owner');
          for (const user of COMING) expect(rank(model.roles.get(user))).toBeLessThanOrEqual(rank('member'));
        }
      }),
      RUNS,
    );
  });

  it('let nobody in who is banned, and nobody beyond their uses', () => {
    fc.assert(
      fc.property(type, threshold, sequence, (kind, invite, tried) => {
        const model = aModel(kind, invite);
        for (const attempt of tried) {
          model.now++;
          const banned = model.remembered.get(attempt.actor)?.ban !== undefined;
          if (model.attempt(attempt) === undefined && attempt.does === 'enter' && banned)
            expect(model.roles.has(attempt.actor)).toBe(false);
          for (const { uses, maxUses = Number.POSITIVE_INFINITY } of model.invitations.values())
            expect(uses).toBeLessThanOrEqual(maxUses);
        }
      }),
      RUNS,
    );
  });
});

describe('who may invite', () => {
  const group = { type: 'group', owners: 1 } as const;
  const code = (
    role: Role | undefined,
    given: 'admin' | 'member' | 'guest',
    invite: 'owner' | 'admin' | 'member',
    room: Parameters<typeof refusalToInvite>[0] = group,
  ) => refusalToInvite(room, role && { role }, given, invite)?.code;

  it('is who reaches the threshold of the settings', () => {
    expect([code('member', 'member', 'admin'), code('admin', 'member', 'owner')]).toEqual([
      'participant.forbidden',
      'participant.forbidden',
    ]);
    expect([code('member', 'member', 'member'), code('admin', 'member', 'admin')]).toEqual([undefined, undefined]);
    expect(code('guest', 'guest', 'member', { type: 'channel', owners: 1 })).toBe('participant.forbidden');
  });

  it('gives roles below their own, and what they are only as a member', () => {
    expect(code('admin', 'admin', 'member')).toBe('invitation.role_too_high');
    expect(code('owner', 'admin', 'member')).toBeUndefined();
    for (const role of ['guest', 'member', 'admin', 'owner'] as const)
      expect(mayInviteAs(role, 'owner', 'member')).toBe(false);
  });

  it('hears why not: outsiders nothing, of direct and archived conversations that, of guests where there are none', () => {
    expect(code(undefined, 'member', 'member')).toBe('conversation.not_found');
    expect(code('owner', 'member', 'member', undefined)).toBeUndefined();
    expect(code('owner', 'member', 'member', { type: 'direct', owners: 1 })).toBe('participant.direct_fixed');
    expect(code('owner', 'member', 'member', { ...group, archivedAt: 1 })).toBe('conversation.archived');
    expect(code('owner', 'guest', 'member')).toBe('participant.role_unsupported');
  });
});

describe('who comes in', () => {
  const invitation = { role: 'member', createdBy: 'bob', expiresAt: 10, uses: 0 } as const;
  const entry = {
    invitation,
    userId: 'eve',
    room: { type: 'group', owners: 1 },
    ban: undefined,
    inviter: { role: 'admin' },
    threshold: 'admin',
  } as const;
  const code = (more: Partial<Parameters<typeof refusalToEnter>[0]>, now = 9) =>
    refusalToEnter({ ...entry, ...more }, now)?.code;

  it('is refused for each reason by its own code', () => {
    expect(code({})).toBeUndefined();
    expect(code({}, 10)).toBe('invitation.expired');
    expect(code({ invitation: { ...invitation, revoked: { by: 'ada', at: 1 } } })).toBe('invitation.revoked');
    expect(code({ invitation: { ...invitation, declinedAt: 1 } })).toBe('invitation.declined');
    expect(code({ invitation: { ...invitation, maxUses: 2, uses: 2 } })).toBe('invitation.used_up');
    expect(code({ allowed: ['cleo'] })).toBe('invitation.not_for_you');
    expect(code({ allowed: [] })).toBe('invitation.not_for_you');
    expect(code({ invitation: { ...invitation, userId: 'cleo' } })).toBe('invitation.not_found');
    expect(code({ invitation: undefined })).toBe('invitation.not_found');
    expect(code({ room: undefined })).toBe('invitation.not_found');
    expect(code({ ban: { byRole: 'admin', until: 10 } })).toBe('participant.banned');
    expect(code({ ban: { byRole: 'admin', until: 9 } })).toBeUndefined();
    expect(code({ inviter: undefined })).toBe('invitation.lapsed');
    expect(code({ inviter: { role: 'member' } })).toBe('invitation.lapsed');
    expect(code({ threshold: 'owner' })).toBe('invitation.lapsed');
    expect(code({ invitation: { ...invitation, role: 'admin' } })).toBe('invitation.lapsed');
    expect(code({ room: { ...entry.room, archivedAt: 1 } })).toBe('conversation.archived');
  });

  it('hears nothing of an invitation that is for others', () => {
    const spent = { ...invitation, maxUses: 1, uses: 1, revoked: { by: 'ada', at: 1 } };
    expect(code({ invitation: spent, allowed: ['cleo'] }, 99)).toBe('invitation.not_for_you');
    expect(code({ invitation: { ...spent, userId: 'cleo' } }, 99)).toBe('invitation.not_found');
  });

  it('comes back as the guest they were, unless whoever invites could change that', () => {
    expect(roleByInvitation('member', true, 'member')).toBe('guest');
    expect(roleByInvitation('member', true, 'admin')).toBe('member');
    expect(roleByInvitation('member', false, 'member')).toBe('member');
  });
});

it('says where it stands: withdrawn before declined before used up before expired', () => {
  const all = {
    role: 'member',
    createdBy: 'bob',
    expiresAt: 5,
    uses: 1,
    maxUses: 1,
    declinedAt: 3,
    revoked: {},
  } as const;
  expect(stateOf(all, 9)).toBe('revoked');
  expect(stateOf({ ...all, revoked: undefined }, 9)).toBe('declined');
  expect(stateOf({ ...all, revoked: undefined, declinedAt: undefined }, 9)).toBe('used_up');
  expect(stateOf({ ...all, revoked: undefined, declinedAt: undefined, uses: 0 }, 9)).toBe('expired');
  expect(stateOf({ ...all, revoked: undefined, declinedAt: undefined, uses: 0 }, 4)).toBe('open');
});

it('is seen and withdrawn by whoever made it, and by owners and admins', () => {
  const room = { type: 'group', owners: 1 } as const;
  expect(refusalToHandle(room, { role: 'member' }, false)?.code).toBe('invitation.not_found');
  expect(refusalToHandle(room, { role: 'member' }, true)).toBeUndefined();
  expect(refusalToHandle(room, { role: 'admin' }, false)).toBeUndefined();
  expect(refusalToHandle(room, undefined, true)?.code).toBe('conversation.not_found');
});
