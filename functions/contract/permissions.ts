/** What a token may say about its bearer within the tenant. `user` is everybody with a valid token. */
export const TENANT_ROLES = ['user', 'admin'] as const;
export type TenantRole = (typeof TENANT_ROLES)[number];

/**
 * Who may call an operation at all, before anything is read. What a caller may do inside one conversation is decided
 * in `domain/` from the membership. `public` needs no token.
 */
const ALLOWED = {
  'health:read': 'public',
  'health:inspect': ['admin'],
  'conversation:create': ['user', 'admin'],
  'conversation:read': ['user', 'admin'],
  'conversation:update': ['user', 'admin'],
  'participant:add': ['user', 'admin'],
  'participant:read': ['user', 'admin'],
  'participant:manage': ['user', 'admin'],
  'participant:leave': ['user', 'admin'],
  'participant:join': ['user', 'admin'],
  'invitation:keys': 'public',
  'invitation:write': ['user', 'admin'],
  'invitation:read': ['user', 'admin'],
  'invitation:use': ['user', 'admin'],
  'message:send': ['user', 'admin'],
  'message:read': ['user', 'admin'],
  'realtime:connect': ['user', 'admin'],
  'media:upload': ['user', 'admin'],
  'media:read': ['user', 'admin'],
  'media:account': ['admin'],
  'media:manage': ['admin'],
  'search:query': ['user', 'admin'],
  'search:analyse': ['admin'],
  'search:manage': ['admin'],
  'import:write': ['admin'],
  'user:read': ['user', 'admin'],
  'user:write': ['user', 'admin'],
  'user:manage': ['admin'],
  'tenant:read': ['user', 'admin'],
  'tenant:write': ['admin'],
  'report:create': ['user', 'admin'],
  'report:moderate': ['admin'],
  'retention:manage': ['admin'],
  'audit:read': ['admin'],
  'webhook:manage': ['admin'],
} as const satisfies Record<string, 'public' | readonly TenantRole[]>;

export type Permission = keyof typeof ALLOWED;

/** True when the operation answers without a token. */
export const isPublic = (permission: Permission): boolean => ALLOWED[permission] === 'public';

/** True when one of the caller's tenant roles grants the permission. */
export const allows = (roles: readonly TenantRole[], permission: Permission): boolean => {
  const allowed: 'public' | readonly TenantRole[] = ALLOWED[permission];
  return allowed === 'public' || roles.some((role) => allowed.includes(role));
};
