import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '#contract/tenant.ts';
import { type Policy, refusalToDelete, refusalToEdit, refusalToRestore } from '#domain/message-change.ts';

const MINUTE = 60_000;
const policy = (change: Partial<Policy>): Policy => ({ ...DEFAULT_RULES.changing, ...change });
const body = { type: 'text', text: 'x' } as const;
const message = { senderId: 'ada', body, at: 1_000_000 };
const later = (minutes: number, userId = 'ada') => ({ userId, at: message.at + minutes * MINUTE });
const member = { role: 'member' } as const;

describe('the time in which authors may change what they said', () => {
  it('is for ever by default', () => {
    expect(refusalToEdit(message, later(1e6), body, policy({}))).toBeUndefined();
    expect(refusalToDelete(message, later(1e6), member, policy({}))).toBeUndefined();
  });

  it('ends to the millisecond where the tenant says, for edits and deletions apart', () => {
    const minutes = fc.integer({ min: 1, max: 525_600 });
    fc.assert(
      fc.property(minutes, minutes, fc.integer({ min: -5, max: 5 }), (edit, remove, about) => {
        const rules = policy({ editMinutes: edit, deleteMinutes: remove, moderatorsDelete: false });
        const at = (limit: number) => ({ userId: 'ada', at: message.at + limit * MINUTE + about });
        expect(refusalToEdit(message, at(edit), body, rules)?.code).toBe(
          about < 0 ? undefined : 'message.edit_window_over',
        );
        expect(refusalToDelete(message, at(remove), member, rules)?.code).toBe(
          about < 0 ? undefined : 'message.delete_window_over',
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not stop a place that is shared live', () => {
    const place = {
      type: 'location',
      lat: 1,
      lon: 2,
      liveUntil: new Date(message.at + 60 * MINUTE).toISOString(),
    } as const;
    const said = { ...message, body: place };
    const rules = policy({ editMinutes: 1 });
    expect(refusalToEdit(said, later(59), place, rules)).toBeUndefined();
    expect(refusalToEdit(said, later(61), place, rules)?.code).toBe('message.edit_window_over');
  });

  it('of 0 minutes to delete is never', () => {
    expect(refusalToDelete(message, later(0), member, policy({ deleteMinutes: 0 }))?.code).toBe(
      'message.delete_window_over',
    );
  });

  it('tells nothing to others, whatever it is', () => {
    const rules = policy({ editMinutes: 1, deleteMinutes: 1 });
    expect(refusalToEdit(message, later(5, 'bob'), body, rules)?.code).toBe('message.not_yours');
    expect(refusalToDelete(message, later(5, 'bob'), member, rules)?.code).toBe('message.not_yours');
  });
});

describe('owners and admins', () => {
  it('delete whatever was said, whenever, unless the tenant keeps that from them', () => {
    for (const role of ['owner', 'admin'] as const) {
      const at = later(100, 'bob');
      expect(refusalToDelete(message, at, { role }, policy({ deleteMinutes: 1 }))).toBeUndefined();
      const kept = policy({ moderatorsDelete: false, deleteMinutes: 1 });
      expect(refusalToDelete(message, at, { role }, kept)?.code).toBe('message.not_yours');
      expect(refusalToDelete(message, later(100), { role }, kept)?.code).toBe('message.delete_window_over');
    }
  });
});

describe('bringing a message back', () => {
  const deletion = { by: 'ada', at: message.at };

  it('is for who deleted it, as long as the tenant says', () => {
    expect(refusalToRestore(deletion, later(2 * 60), policy({ restoreHours: 2 }))).toBeUndefined();
    expect(refusalToRestore(deletion, later(2 * 60 + 1), policy({ restoreHours: 2 }))?.code).toBe(
      'message.not_restorable',
    );
    expect(refusalToRestore(deletion, later(1, 'bob'), policy({}))?.code).toBe('message.not_yours');
  });

  it('of 0 hours is never', () => {
    expect(refusalToRestore(deletion, later(0), policy({ restoreHours: 0 }))?.code).toBe('message.not_restorable');
  });
});
