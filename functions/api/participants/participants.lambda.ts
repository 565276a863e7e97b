import { participantsApi } from '#contract/api.ts';
import { service } from '#runtime/service.ts';
import { handleAccept } from './accept-ownership.ts';
import { handleBan } from './ban-participant.ts';
import { handleChangeRole } from './change-role.ts';
import { handleJoin } from './join-conversation.ts';
import { handleLeave } from './leave-conversation.ts';
import { handleListBans } from './list-bans.ts';
import { handleOffer, handleWithdraw } from './offer-ownership.ts';
import { handleRemoveParticipant, handleRemoveParticipants } from './remove-participants.ts';
import { handleUnban } from './unban-participant.ts';

export const handler = service(participantsApi, {
  removeParticipant: handleRemoveParticipant,
  removeParticipants: handleRemoveParticipants,
  leaveConversation: handleLeave,
  joinConversation: handleJoin,
  changeRole: handleChangeRole,
  banParticipant: handleBan,
  unbanParticipant: handleUnban,
  listBans: handleListBans,
  offerOwnership: handleOffer,
  withdrawOwnership: handleWithdraw,
  acceptOwnership: handleAccept,
});
