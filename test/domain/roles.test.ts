import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalToSend } from '#domain/membership.ts';
import {
  isInForce,
  outranks,
  type Role,
  refusalToAccept,
  refusalToBan,
  refusalToJoin,
  refusalToStepDown,
  refusalToUnban,
} from '#domain/roles.ts';
import { type Attempt, attempts, RolesModel } from '#test/support/roles-model.ts';

const USERS = ['ada', 'bob', 'cleo', 'dan', 'eve', 'fay'] as const;
const START = { ada: 'owner', bob: 'admin', cleo: 'admin', dan: 'member', eve: 'member' } as const;
const RUNS = { numRuns: 3_000 };

const type = fc.constantFrom('group' as const, 'channel' as const);
const sequence = fc.array(attempts(USERS, USERS), { minLength: 1, maxLength: 40 });
/** From nobody (0) upwards. */
const rank = (role: Role | undefined): number =>
  role === undefined ? 0 : { guest: 1, member: 2, admin: 3, owner: 4 }[role];

/** Plays a sequence and shows every step that was allowed. */
const play = (
  model: RolesModel,
  tried: readonly Attempt[],
  look: (attempt: Attempt, before: ReadonlyMap<string, Role>, offers: RolesModel['offers']) => void,
): void => {
  for (const attempt of tried) {
    const before = new Map(model.roles);
    const offers = new Map(model.offers);
    model.now++;
    if (model.attempt(attempt) === undefined) look(attempt, before, offers);
    else expect(model.roles).toEqual(before);
  }
};

describe('roles, in any sequence of attempts', () => {
  it('rise only by somebody who stands above the new role, by an owner’s offer, or from outside to the lowest', () => {
    fc.assert(
      fc.property(type, sequence, (kind, tried) => {
        const model = new RolesModel(kind, START);
        play(model, tried, ({ does, actor }, before, offers) => {
          for (const [user, role] of model.roles) {
            const was = before.get(user);
            if (rank(role) <= rank(was)) continue;
            if (does === 'role') {
              expect(user).not.toBe(actor);
              expect(outranks(before.get(actor)!, role)).toBe(true);
              expect(outranks(before.get(actor)!, was!)).toBe(true);
            } else if (does === 'accept') {
              expect([user, role]).toEqual([actor, 'owner']);
              expect(before.get(offers.get(user)!.from)).toBe('owner');
            } else {
              expect([does, user, was]).toEqual(['join', actor, undefined]);
              expect(rank(role)).toBeLessThanOrEqual(rank('member'));
            }
          }
        });
      }),
      RUNS,
    );
  });

  it('fall only by somebody who stood above, or by one’s own will', () => {
    fc.assert(
      fc.property(type, sequence, (kind, tried) => {
        const model = new RolesModel(kind, START);
        play(model, tried, ({ does, actor }, before, offers) => {
          for (const [user, was] of before) {
            if (rank(model.roles.get(user)) >= rank(was) || user === actor) continue;
            // Who offered ownership to be stepped down from agreed to it.
            if (does === 'accept') expect(offers.get(actor)).toMatchObject({ from: user, stepDown: true });
            else expect(outranks(before.get(actor)!, was)).toBe(true);
          }
        });
      }),
      RUNS,
    );
  });

  it('leave no conversation without an owner', () => {
    fc.assert(
      fc.property(type, sequence, (kind, tried) => {
        const model = new RolesModel(kind, START);
        play(model, tried, () => expect(model.owners).toBeGreaterThanOrEqual(1));
      }),
      RUNS,
    );
  });

  it('cannot be regained: whatever those below do together, none of them reaches the highest of them who did not stand there', () => {
    fc.assert(
      fc.property(
        type,
        fc.array(attempts(['ada'], USERS), { maxLength: 8 }),
        fc.array(attempts(USERS.slice(1), USERS), { minLength: 1, maxLength: 40 }),
        (kind, first, after) => {
          const model = new RolesModel(kind, START);
          play(model, first, () => {});
          // The owner has spoken, by demotions and bans too; from here on everybody else conspires.
          for (const [user, role] of model.roles) if (role === 'owner') conspire(model, user, after);
        },
      ),
      RUNS,
    );
  });

  it('hold for guests who go and come back, and for those who were banned', () => {
    fc.assert(
      fc.property(sequence, (tried) => {
        const model = new RolesModel('channel', { ...START, dan: 'guest' });
        let raised = false;
        play(model, tried, ({ does, actor }) => {
          if ((does === 'role' || does === 'accept') && model.roles.get('dan') !== 'guest') raised = true;
          if (!raised) expect([undefined, 'guest']).toContain(model.roles.get('dan'));
          for (const [user] of model.roles) expect(isInForce(model.remembered.get(user)?.ban, model.now)).toBe(false);
          expect(actor).toBeDefined();
        });
      }),
      RUNS,
    );
  });
});

/** Everybody but the owners acts: nobody gets a role as high as the highest of them, unless they had it. */
function conspire(model: RolesModel, owner: string, tried: readonly Attempt[]): void {
  const owners = new Set([...model.roles].filter(([, role]) => role === 'owner').map(([user]) => user));
  const start = new Map(model.roles);
  const bans = new Map(model.remembered);
  model.offers.clear();
  const highest = Math.max(0, ...[...start].filter(([user]) => !owners.has(user)).map(([, role]) => rank(role)));
  for (const attempt of tried.filter(({ actor }) => !owners.has(actor))) {
    model.now++;
    model.attempt(attempt);
    expect(model.roles.get(owner)).toBe('owner');
    for (const [user, role] of model.roles) {
      if (owners.has(user)) continue;
      // Who was outside may come in as a member, where anybody may.
      const entry = rank('member');
      expect(rank(role)).toBeLessThanOrEqual(Math.max(rank(start.get(user)), highest - 1, entry));
      const ban = bans.get(user)?.ban;
      expect(isInForce(ban, model.now) && ban.byRole === 'owner').toBe(false);
    }
  }
}

describe('decisions about participants', () => {
  it('let guests read and not write', () => {
    expect(refusalToSend({ role: 'guest' })?.code).toBe('message.forbidden');
    expect(refusalToSend({ role: 'member' })).toBeUndefined();
    expect(refusalToSend(undefined)?.code).toBe('conversation.not_found');
  });

  it('know guests in channels only', () => {
    const demote = (kind: 'group' | 'channel') =>
      new RolesModel(kind, START).attempt({ does: 'role', actor: 'bob', target: 'dan', role: 'guest' });
    expect(demote('group')?.code).toBe('participant.role_unsupported');
    expect(demote('channel')).toBeUndefined();
  });

  it('let nobody join but channels, and nobody who is banned until the very moment it ends', () => {
    const join = (kind: 'direct' | 'group' | 'channel', now: number) =>
      refusalToJoin({ type: kind, owners: 1 }, { byRole: 'admin', until: 10 }, now)?.code;
    expect([join('direct', 10), join('group', 10), join('channel', 9), join('channel', 10)]).toEqual([
      'conversation.not_found',
      'conversation.not_found',
      'participant.banned',
      undefined,
    ]);
  });

  it('let nobody lift or change a ban that somebody higher gave, while it lasts', () => {
    const room = { type: 'channel', owners: 1 } as const;
    const ban = { byRole: 'owner', until: 10 } as const;
    const admin = { role: 'admin' } as const;
    expect(refusalToUnban(room, admin, ban, 9)?.code).toBe('participant.forbidden');
    expect(refusalToBan(room, admin, undefined, ban, 9)?.code).toBe('participant.forbidden');
    expect(refusalToUnban(room, { role: 'owner' }, ban, 9)).toBeUndefined();
    expect(refusalToUnban(room, admin, ban, 10)?.code).toBe('ban.not_found');
    expect(refusalToBan(room, admin, undefined, ban, 10)).toBeUndefined();
  });

  it('leave direct conversations as they are', () => {
    const model = new RolesModel('direct', { ada: 'owner', bob: 'owner' });
    fc.assert(
      fc.property(attempts(['ada', 'bob'], ['ada', 'bob']), (attempt) => {
        model.attempt(attempt);
        expect(Object.fromEntries(model.roles)).toEqual({ ada: 'owner', bob: 'owner' });
      }),
    );
  });

  it('refuse to change what is archived', () => {
    const room = { type: 'group', owners: 2, archivedAt: 1 } as const;
    expect(refusalToStepDown(room, { role: 'owner' }, 'member')?.code).toBe('conversation.archived');
    expect(refusalToAccept(room, { role: 'member' }, { expiresAt: 9 }, { role: 'owner' }, 1)?.code).toBe(
      'conversation.archived',
    );
  });

  it('take an offer of ownership for none when it has expired, its giver is no owner, or its taker is one', () => {
    const room = { type: 'group', owners: 1 } as const;
    const accept = (expiresAt: number, from: Role, mine: Role) =>
      refusalToAccept(room, { role: mine }, { expiresAt }, { role: from }, 5)?.code;
    expect(accept(6, 'owner', 'member')).toBeUndefined();
    for (const refused of [accept(5, 'owner', 'member'), accept(6, 'admin', 'member'), accept(6, 'owner', 'owner')])
      expect(refused).toBe('ownership.not_offered');
  });
});
