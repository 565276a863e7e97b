import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Claims } from '#contract/claims.ts';
import { TenantId, UserId } from '#contract/ids.ts';
import { TENANT_ROLES, type TenantRole } from '#contract/permissions.ts';
import { DisplayName } from '#contract/users.ts';

/** Bytes a token may have; it travels in a header, of which API Gateway takes 10 KB in all. */
const MOST_BYTES = 8 * 1024;

/** Signatures that need a public key only. Never read from the token: whoever writes a token would choose. */
const ALGORITHMS = ['RS256', 'ES256'];

/** Seconds that the issuer's clock and ours may differ (RFC 8725 leaves it to us; a minute at most is usual). */
const SKEW = 60;

/** The token is not good. `reason` is for the log: its bearer learns nothing but that. */
export class BadToken extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super('the token is not good');
    this.name = 'BadToken';
    this.reason = reason;
  }
}

/** What a good token says. */
export interface Bearer {
  readonly tenantId: string;
  readonly userId: string;
  readonly roles: readonly TenantRole[];
  readonly name?: string;
  /** Seconds since 1970. A token that does not say when it was issued was issued in 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Whose tokens are accepted, for whom, and where in them to look. */
export interface Expected {
  readonly issuer: string;
  readonly audience: string;
  readonly claims: Claims;
  readonly keys: JWTVerifyGetKey;
}

const claimIn = (payload: JWTPayload, name: string): unknown =>
  Object.hasOwn(payload, name)
    ? payload[name]
    : name
        .split('.')
        .reduce<unknown>(
          (part, key) =>
            typeof part === 'object' && part !== null && Object.hasOwn(part, key)
              ? (part as Record<string, unknown>)[key]
              : undefined,
          payload,
        );

/** Everybody with a good token is a `user`; other roles are those the claim names, as a list or separated by blanks. */
const rolesIn = (claim: unknown): TenantRole[] => {
  const named: unknown[] = typeof claim === 'string' ? claim.split(/[\s,]+/) : Array.isArray(claim) ? claim : [];
  return TENANT_ROLES.filter((role) => role === 'user' || named.includes(role));
};

/**
 * An access token says so (RFC 9068: `at+jwt`) or is a plain `JWT`; one without a type counts when its `token_use` says
 * what it is for, as Amazon Cognito does
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html).
 */
const isAccessToken = (type: string | undefined, use: unknown): boolean => {
  if (use !== undefined && use !== 'access') return false;
  if (type === undefined) return use === 'access';
  return /^(?:application\/)?(?:at\+jwt|jwt)$/i.test(type);
};

/** Cognito's access tokens have no `aud`: there the client they were issued to stands in for it. */
const audiencesIn = ({ aud, token_use: use, client_id: client }: JWTPayload): unknown[] =>
  [aud ?? (use === 'access' ? client : undefined)].flat();

/**
 * The bearer of a token. Raises `BadToken` for everything that is wrong with the token, and whatever `keys` raises when
 * the issuer's keys cannot be had.
 */
export async function verifyToken(token: string, { issuer, audience, claims, keys }: Expected): Promise<Bearer> {
  if (Buffer.byteLength(token) > MOST_BYTES) throw new BadToken('too_large');
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    algorithms: ALGORITHMS,
    issuer,
    clockTolerance: SKEW,
    requiredClaims: ['exp'],
  }).catch((error: unknown) => {
    if (error instanceof errors.JOSEError) throw new BadToken(error.code);
    throw error;
  });
  if (!audiencesIn(payload).includes(audience)) throw new BadToken('audience');
  if (!isAccessToken(protectedHeader.typ, payload['token_use'])) throw new BadToken('type');
  const tenant = TenantId.safeParse(claimIn(payload, claims.tenant));
  const user = UserId.safeParse(claimIn(payload, claims.user));
  if (!tenant.success) throw new BadToken('tenant');
  if (!user.success) throw new BadToken('user');
  // A name that cannot be shown is no reason to turn its bearer away.
  const name = DisplayName.safeParse(claimIn(payload, claims.name));
  return {
    tenantId: tenant.data,
    userId: user.data,
    roles: rolesIn(claimIn(payload, claims.roles)),
    ...(name.success ? { name: name.data } : {}),
    issuedAt: Math.floor(payload.iat ?? 0),
    expiresAt: Math.floor(payload.exp ?? 0),
  };
}
