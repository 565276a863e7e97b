import { compactVerify, errors, SignJWT } from 'jose';
import * as z from 'zod';
import { ConversationId, InvitationId, TenantId } from '#contract/ids.ts';
import { invitationKey } from './invitation-key.ts';

/** Its own type (RFC 8725, 3.11), issuer and audience: it passes for no other token, and no other for it. */
const TYPE = 'parley-invitation+jwt';
const ISSUER = 'urn:parley:invitations';
const AUDIENCE = 'urn:parley:invitations:redeem';
const ALGORITHM = 'EdDSA';

const Claims = z.object({
  iss: z.literal(ISSUER),
  aud: z.literal(AUDIENCE),
  tenant: TenantId,
  conversation: ConversationId,
  jti: InvitationId,
  iat: z.int(),
  exp: z.int(),
});

/** What an invitation's token says. */
export interface Pass {
  readonly tenantId: string;
  readonly conversationId: string;
  readonly invitationId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** The token of an invitation. Ed25519 signs without chance: the same invitation has the same token always. */
export async function signPass({
  tenantId,
  conversationId,
  invitationId,
  createdAt,
  expiresAt,
}: Pass): Promise<string> {
  const { kid, privateKey } = await invitationKey();
  return new SignJWT({ tenant: tenantId, conversation: conversationId })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setJti(invitationId)
    .setIssuedAt(Math.floor(createdAt / 1_000))
    .setExpirationTime(Math.ceil(expiresAt / 1_000))
    .sign(privateKey);
}

/**
 * What a token says, when this service signed it as an invitation; undefined when not. Whether it has expired or was
 * withdrawn is for the invitation itself to say.
 */
export async function passIn(token: string): Promise<Pass | undefined> {
  const { kid, publicKey } = await invitationKey();
  try {
    const { payload, protectedHeader } = await compactVerify(token, publicKey, { algorithms: [ALGORITHM] });
    if (protectedHeader.typ !== TYPE || protectedHeader.kid !== kid) return undefined;
    const { success, data } = Claims.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    if (!success) return undefined;
    return {
      tenantId: data.tenant,
      conversationId: data.conversation,
      invitationId: data.jti,
      createdAt: data.iat * 1_000,
      expiresAt: data.exp * 1_000,
    };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
