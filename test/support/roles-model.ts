import fc from 'fast-check';
import type { Threshold } from '#contract/settings.ts';
import {
  type Invitation,
  type Invited,
  refusalToEnter,
  refusalToInvite,
  roleByInvitation,
} from '#domain/invitation.ts';
import type { Refusal } from '#domain/refusal.ts';
import {
  type Ban,
  type Role,
  type Room,
  refusalToAccept,
  refusalToBan,
  refusalToChangeRole,
  refusalToJoin,
  refusalToLeave,
  refusalToOffer,
  refusalToRemove,
  refusalToStepDown,
  refusalToUnban,
  refusalToWithdraw,
  roleOnJoin,
} from '#domain/roles.ts';

/** Something that one user tries to do to the membership of another, or to their own. */
export type Attempt =
  | { readonly does: 'leave' | 'join' | 'accept'; readonly actor: string }
  | {
      readonly does: 'remove' | 'ban' | 'unban' | 'offer' | 'withdraw';
      readonly actor: string;
      readonly target: string;
    }
  | { readonly does: 'role'; readonly actor: string; readonly target: string; readonly role: Exclude<Role, 'owner'> }
  | { readonly does: 'share'; readonly actor: string; readonly target: string };

/** Somebody invites with a role, or comes in by the last invitation that another made. */
export type InvitingAttempt =
  | { readonly does: 'invite'; readonly actor: string; readonly role: Invited; readonly maxUses?: number | undefined }
  | { readonly does: 'enter'; readonly actor: string; readonly target: string };

const OFFER_LASTS = 10;
const INVITATION_LASTS = 15;

interface Remembered {
  readonly guest: boolean;
  readonly ban: Ban | undefined;
}

/** A conversation with nothing but its rules: what `functions/api/participants` does, without table, races and log. */
export class RolesModel {
  readonly type: Room['type'];
  readonly roles = new Map<string, Role>();
  readonly remembered = new Map<string, Remembered>();
  readonly offers = new Map<string, { from: string; stepDown: boolean; expiresAt: number }>();
  readonly invitations = new Map<string, Invitation>();
  threshold: Threshold = 'admin';
  now = 0;

  constructor(type: Room['type'], roles: Readonly<Record<string, Role>>) {
    this.type = type;
    for (const [user, role] of Object.entries(roles)) this.roles.set(user, role);
  }

  get owners(): number {
    return [...this.roles.values()].filter((role) => role === 'owner').length;
  }

  #member = (user: string) => {
    const role = this.roles.get(user);
    return role && { role };
  };

  #goes(user: string, ban?: Ban): void {
    const guest = this.roles.has(user) ? this.roles.get(user) === 'guest' : (this.remembered.get(user)?.guest ?? false);
    this.roles.delete(user);
    this.remembered.set(user, { guest, ban });
    // An offer stands on what its giver is; they are that no more.
    this.#lost(user);
  }

  #lost(owner: string): void {
    for (const [to, { from }] of this.offers) if (from === owner) this.offers.delete(to);
  }

  /** Tries it; the refusal, or undefined when it was done. */
  attempt(attempt: Attempt | InvitingAttempt): Refusal | undefined {
    if (attempt.does === 'invite' || attempt.does === 'enter') return this.#invites(attempt);
    const { does, actor } = attempt;
    // Whoever acts on themselves carries a target all the same: the attempts are made of one mould.
    const alone = does === 'leave' || does === 'join' || does === 'accept';
    const target = !alone && 'target' in attempt ? attempt.target : actor;
    const room: Room = { type: this.type, owners: this.owners };
    const [by, on] = [this.#member(actor), this.#member(target)];
    const ban = this.remembered.get(target)?.ban;
    switch (does) {
      case 'leave':
        return refusalToLeave(room, by) ?? this.#done(() => this.#goes(actor));
      case 'join':
        if (by) return undefined;
        return (
          refusalToJoin(room, ban, this.now) ??
          this.#done(() => this.#comes(actor, roleOnJoin(this.remembered.get(actor)?.guest === true)))
        );
      case 'remove':
        if (actor === target) return this.attempt({ does: 'leave', actor });
        return refusalToRemove(room, by, on) ?? this.#done(() => this.#goes(target));
      case 'role':
        return this.#changeRole(room, actor, target, attempt.role);
      case 'ban':
        return refusalToBan(room, by, on, ban, this.now) ?? this.#done(() => this.#goes(target, { byRole: by!.role }));
      case 'unban':
        return (
          refusalToUnban(room, by, ban, this.now) ??
          this.#done(() => this.remembered.set(target, { guest: this.remembered.get(target)!.guest, ban: undefined }))
        );
      case 'offer':
      case 'share':
        return (
          refusalToOffer(room, by, on) ??
          this.#done(() =>
            this.offers.set(target, { from: actor, stepDown: does === 'offer', expiresAt: this.now + OFFER_LASTS }),
          )
        );
      case 'withdraw':
        return (
          refusalToWithdraw(room, by, this.offers.get(target), actor === target, this.now) ??
          this.#done(() => this.offers.delete(target))
        );
      case 'accept':
        return this.#accept(room, actor);
    }
  }

  #invites(attempt: InvitingAttempt): Refusal | undefined {
    const { does, actor } = attempt;
    const room: Room = { type: this.type, owners: this.owners };
    if (does === 'invite') {
      const { role, maxUses } = attempt;
      const made = { role, maxUses, createdBy: actor, expiresAt: this.now + INVITATION_LASTS, uses: 0 };
      return (
        refusalToInvite(room, this.#member(actor), role, this.threshold) ??
        this.#done(() => this.invitations.set(actor, made))
      );
    }
    if (this.roles.has(actor)) return undefined;
    const invitation = this.invitations.get(attempt.target);
    const inviter = this.#member(attempt.target);
    const { ban, guest = false } = this.remembered.get(actor) ?? {};
    const entry = { invitation, userId: actor, room, ban, inviter, threshold: this.threshold };
    const refusal = refusalToEnter(entry, this.now);
    if (refusal || !invitation || !inviter) return refusal;
    this.invitations.set(attempt.target, { ...invitation, uses: invitation.uses + 1 });
    return this.#done(() => this.#comes(actor, roleByInvitation(invitation.role, guest, inviter.role)));
  }

  #comes(user: string, role: Role): void {
    this.roles.set(user, role);
    this.remembered.delete(user);
  }

  #changeRole(room: Room, actor: string, target: string, role: Exclude<Role, 'owner'>): Refusal | undefined {
    const [by, on] = [this.#member(actor), this.#member(target)];
    if (actor === target) {
      if (by?.role === role) return undefined;
      return refusalToStepDown(room, by, role) ?? this.#done(() => this.#becomes(target, role));
    }
    return refusalToChangeRole(room, by, on, role) ?? this.#done(() => this.#becomes(target, role));
  }

  #becomes(user: string, role: Role): void {
    this.#lost(user);
    this.roles.set(user, role);
  }

  #accept(room: Room, actor: string): Refusal | undefined {
    const offer = this.offers.get(actor);
    const refusal = refusalToAccept(room, this.#member(actor), offer, offer && this.#member(offer.from), this.now);
    if (refusal || !offer) return refusal;
    this.offers.delete(actor);
    this.#becomes(actor, 'owner');
    if (offer.stepDown) this.#becomes(offer.from, 'admin');
    return undefined;
  }

  #done(change: () => unknown): undefined {
    change();
    return undefined;
  }
}

/** Attempts by some users on some users. */
export const attempts = (
  actors: readonly string[],
  users: readonly string[],
  does: readonly Attempt['does'][] = [
    'leave',
    'join',
    'accept',
    'remove',
    'ban',
    'unban',
    'offer',
    'share',
    'withdraw',
    'role',
    'role',
  ],
): fc.Arbitrary<Attempt> =>
  fc
    .record({
      does: fc.constantFrom(...does),
      actor: fc.constantFrom(...actors),
      target: fc.constantFrom(...users),
      role: fc.constantFrom('admin' as const, 'member' as const, 'guest' as const),
    })
    .map((attempt) => attempt as Attempt);

/** Invitations by some users to some users. */
export const invitingAttempts = (
  actors: readonly string[],
  users: readonly string[],
  does: readonly InvitingAttempt['does'][] = ['invite', 'enter', 'enter', 'enter'],
): fc.Arbitrary<InvitingAttempt> =>
  fc
    .record({
      does: fc.constantFrom(...does),
      actor: fc.constantFrom(...actors),
      target: fc.constantFrom(...users),
      role: fc.constantFrom('admin' as const, 'member' as const, 'guest' as const),
      maxUses: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    })
    .map((attempt) => attempt as InvitingAttempt);
