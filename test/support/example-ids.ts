import { claimsOf, signToken } from './invitation-token.ts';

export const CONVERSATION_ID = 'cnv_AZqYt2a0cK6fPpQ1mWk3Zg';
/** A conversation that is archived. */
export const ARCHIVED_ID = 'cnv_AZqYt2a0cK6fPpQ1mWkArQ';
export const MESSAGE_ID = 'msg_AZqYt2a0cK6fPpQ1mWk3Zg_1';
/** A message of ada's, and one that she has deleted. */
export const OWN_MESSAGE_ID = 'msg_AZqYt2a0cK6fPpQ1mWk3Zg_2';
export const DELETED_MESSAGE_ID = 'msg_AZqYt2a0cK6fPpQ1mWk3Zg_3';
/** A reply of ada's to bob's message. */
export const REPLY_ID = 'msg_AZqYt2a0cK6fPpQ1mWk3Zg_6';
/** A channel of bob's: ada is in it, and was offered its ownership. */
export const CHANNEL_ID = 'cnv_AZqYt2a0cK6fPpQ1mWk3Zw';
export const MEDIA_ID = 'med_AZqYt2a0cK6fPpQ1mWk3Zg';
/** A media of ada's that is being uploaded in parts. */
export const UPLOAD_ID = 'med_AZqYt2a0cK6fPpQ1mWkUpg';
/** A message of ada's that is scheduled. */
export const SCHEDULED_ID = 'sch_AZqYt2a0cK6fPpQ1mWk3Zg';
export const DEVICE_ID = 'dev_AZqYt2a0cK6fPpQ1mWk3Zg';
export const IMPORT_ID = 'imp_AZqYt2a0cK6fPpQ1mWk3Zg';

/** A group of bob's, to which ada is invited by a link and directly, and an invitation of ada's to the first. */
export const INVITING_ID = 'cnv_AZqYt2a0cK6fPpQ1mWkInQ';
const TOKEN_OF_INVITATION = 'AZqYt2a0cK6fPpQ1mWk3Zg';
export const INVITATION_ID = `inv_${CONVERSATION_ID.slice(4)}_${TOKEN_OF_INVITATION}`;
export const LINK_ID = `inv_${INVITING_ID.slice(4)}_${TOKEN_OF_INVITATION}`;
export const DIRECT_INVITATION_ID = `inv_${INVITING_ID.slice(4)}_AZqYt2a0cK6fPpQ1mWkDiQ`;
/** A token is good in one tenant only. */
export const linkTokenIn = (tenantId: string): string => signToken(claimsOf(tenantId, INVITING_ID, LINK_ID));

/** A message of bob's in his group, which somebody reported and ada has claimed. */
export const REPORT_ID = `rep_${INVITING_ID.slice(4)}_1`;

/** A webhook of ada's tenant, and something that it was told. */
export const REINDEX_ID = 'rix_AZqYt2a0cK6fPpQ1mWk3Zg';
export const WEBHOOK_ID = 'whk_AZqYt2a0cK6fPpQ1mWk3Zg';
export const DELIVERY_ID = 'dlv_001795253400000_AZqYt2a0cK6fPpQ1mWk3Zg';
