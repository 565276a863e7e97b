import * as z from 'zod';

const Name = z.string().min(1).max(200);

/**
 * Which claims of a token hold what the service needs. A name is taken literally (`https://acme.example/tenant`,
 * `cognito:groups`) and, if there is no such claim, as a path into nested ones (`realm_access.roles`).
 */
export const Claims = z.object({
  user: Name.default('sub'),
  tenant: Name.default('tenant'),
  roles: Name.default('roles'),
  /** A name to show, for a profile made on first sight. */
  name: Name.default('name'),
});
export type Claims = z.output<typeof Claims>;
