import * as z from 'zod';
import { Instant, MediaId, UserId } from './ids.ts';
import { Cursor, Limit, page } from './page.ts';
import { Privacy } from './privacy.ts';
import { route } from './route.ts';
import { MEDIA_SIGHT } from './uses.ts';

/** Custom fields a profile may have. */
export const MAX_CUSTOM_FIELDS = 20;

export const DisplayName = z.string().trim().min(1).max(100).meta({ example: 'Ada Lovelace' });

/** The application's own fields, by name: shown to everybody in the tenant. */
const CustomFields = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,39}$/), z.string().max(500))
  .refine((fields) => Object.keys(fields).length <= MAX_CUSTOM_FIELDS, `at most ${MAX_CUSTOM_FIELDS} fields`);

export const User = z
  .strictObject({
    id: UserId,
    displayName: z.string().nullable(),
    avatarMediaId: MediaId.nullable(),
    custom: z.record(z.string(), z.string()),
    privacy: Privacy,
    createdAt: Instant,
    updatedAt: Instant,
    /** Counts changes, from 1. */
    version: z.int(),
  })
  .meta({ id: 'User' });
export type User = z.output<typeof User>;

/** A change of a profile: the fields that are to be different; null takes one away. `custom` is replaced as a whole. */
const ProfileChange = z.strictObject({
  displayName: DisplayName.nullable().optional(),
  avatarMediaId: MediaId.nullable().optional(),
  custom: CustomFields.optional(),
  privacy: Privacy.partial().optional(),
  /** The version that is changed; `If-Match` says the same. */
  version: z.int().min(1).optional(),
});
export type ProfileChange = z.output<typeof ProfileChange>;

export const getMe = route({
  method: 'GET',
  path: '/users/me',
  summary: 'Get your profile; it is made from your token the first time',
  permission: 'user:read',
  uses: ['table:get', 'table:put'],
  input: z.strictObject({}),
  output: User,
  refuses: [],
  status: 200,
});

export const updateMe = route({
  method: 'PATCH',
  path: '/users/me',
  summary: 'Change your profile',
  permission: 'user:write',
  uses: [...MEDIA_SIGHT, 'table:put', 'table:update', 'table:delete'],
  input: ProfileChange,
  output: User,
  refuses: ['user.version_conflict', 'user.avatar_unusable'],
  status: 200,
});

export const getUser = route({
  method: 'GET',
  path: '/users/{userId}',
  summary: 'Get the profile of somebody in your tenant',
  permission: 'user:read',
  uses: ['table:get'],
  input: z.strictObject({ userId: UserId }),
  output: User,
  refuses: ['user.not_found'],
  status: 200,
});

export const updateUser = route({
  method: 'PATCH',
  path: '/users/{userId}',
  summary: 'Change anybody’s profile, as an admin of the tenant',
  permission: 'user:manage',
  uses: [...MEDIA_SIGHT, 'table:put', 'table:update', 'table:delete'],
  input: ProfileChange.extend({ userId: UserId }),
  output: User,
  refuses: ['user.not_found', 'user.version_conflict', 'user.avatar_unusable'],
  status: 200,
});

export const listUsers = route({
  method: 'GET',
  path: '/users',
  summary: 'List the users of your tenant by id',
  permission: 'user:read',
  uses: ['table:query', 'signing-key:read'],
  input: z.strictObject({
    limit: Limit,
    cursor: Cursor.optional(),
    /** Only users whose id begins with this. */
    prefix: UserId.optional(),
  }),
  output: page(User),
  refuses: ['request.cursor_invalid'],
  status: 200,
});

const Blocked = z.strictObject({ userId: UserId, blockedAt: Instant });

export const blockUser = route({
  method: 'PUT',
  path: '/users/me/blocked/{userId}',
  summary: 'Block somebody: they cannot write to you directly any more, and are not told why',
  permission: 'user:write',
  uses: ['table:get', 'table:update', 'table:check'],
  input: z.strictObject({ userId: UserId }),
  output: Blocked,
  refuses: ['service.contended'],
  status: 200,
});

export const unblockUser = route({
  method: 'DELETE',
  path: '/users/me/blocked/{userId}',
  summary: 'Take a block back; somebody who is not blocked is no error',
  permission: 'user:write',
  uses: ['table:update', 'table:delete', 'table:check'],
  input: z.strictObject({ userId: UserId }),
  output: z.strictObject({ userId: UserId }),
  refuses: ['service.contended'],
  status: 200,
});

export const listBlocked = route({
  method: 'GET',
  path: '/users/me/blocked',
  summary: 'List whom you have blocked, by id',
  permission: 'user:read',
  uses: ['table:query', 'signing-key:read'],
  input: z.strictObject({ limit: Limit, cursor: Cursor.optional() }),
  output: page(Blocked),
  refuses: ['request.cursor_invalid'],
  status: 200,
});
