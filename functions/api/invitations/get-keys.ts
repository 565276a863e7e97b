import type { getInvitationKeys } from '#contract/invitation-entry.ts';
import { invitationKey } from '#gateways/invitation-key.ts';
import type { Handle } from '#runtime/service.ts';

/** The key changes only with the service's secret; an hour is how long its old one is still believed. */
const CACHED = { 'cache-control': 'public, max-age=3600' };

export const handleGetKeys: Handle<typeof getInvitationKeys> = async () => {
  const { kid, x } = await invitationKey();
  return {
    body: { keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }] },
    headers: CACHED,
  };
};
