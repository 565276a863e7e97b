/**
 * Every refusal of the API: `noun.reason` → HTTP status and the title of its problem document (RFC 9457).
 * A code never changes its meaning; clients switch on it.
 */
export const ERRORS = {
  'request.invalid': [400, 'The request does not match its schema; see `issues`.'],
  'request.malformed': [400, 'The body is not valid UTF-8 JSON.'],
  'request.cursor_invalid': [400, 'The cursor was not issued for this list; start again without it.'],
  'request.too_large': [413, 'The body is larger than 256 KB.'],
  'request.unsupported_media_type': [415, 'Send the body as application/json.'],
  'request.throttled': [429, 'Too many requests at once; try again after the time in Retry-After.'],
  'route.not_found': [404, 'There is no such operation.'],
  'caller.unauthenticated': [401, 'A valid bearer token is needed.'],
  'caller.forbidden': [403, 'Your role does not allow this.'],
  'conversation.not_found': [404, 'There is no such conversation, or you are not in it.'],
  'conversation.full': [409, 'The conversation has as many participants as its type allows.'],
  'conversation.archived': [409, 'The conversation is archived and read-only.'],
  'conversation.idempotency_conflict': [409, 'This Idempotency-Key was used for a different conversation.'],
  'participant.forbidden': [403, 'Your role in this conversation does not allow this.'],
  'participant.direct_fixed': [409, 'A direct conversation always has the same two participants.'],
  'message.not_found': [404, 'There is no such message, or you may not read it.'],
  'message.forbidden': [403, 'You may read this conversation but not write to it.'],
  'message.client_id_reused': [409, 'This client id was used for a message with another body.'],
  'message.client_id_ahead': [400, 'The time in the client id is ahead of the server; mint it on `serverTime`.'],
  'message.client_id_too_old': [409, 'The client id is older than can be looked up; nothing was stored.'],
  'message.media_unusable': [409, 'The media is not ready, or not yours to send.'],
  'media.not_found': [404, 'There is no such media, or you may not see it.'],
  'media.not_ready': [409, 'The media is not ready to be downloaded.'],
  'media.type_unsupported': [400, 'This content type cannot be uploaded.'],
  'media.too_large': [400, 'The file is larger than its type allows.'],
  'media.idempotency_conflict': [409, 'This Idempotency-Key was used for a different upload.'],
  'import.not_found': [404, 'There is no such import.'],
  'import.conflict': [409, 'This import id or batch was used with other content.'],
  'import.out_of_order': [409, 'Batches of an import are sent in order; see `nextBatch`.'],
  'ticket.spent': [401, 'The ticket was used or has expired; ask for a new one.'],
  'frame.invalid': [400, 'The frame does not match its schema; see `issues`.'],
  'frame.malformed': [400, 'The frame is not valid UTF-8 JSON.'],
  'frame.too_large': [413, 'The frame is larger than 32 KB.'],
  'frame.unknown_action': [404, 'There is no such action.'],
  'search.unavailable': [503, 'The search engine does not answer; try again.'],
  'service.contended': [503, 'Too many writers at once; try again with the same client id.'],
  'service.failed': [500, 'Something went wrong on our side; quote the request id.'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ErrorCode = keyof typeof ERRORS;

/** Codes that any operation with a token may answer with. */
export const COMMON_REFUSALS: readonly ErrorCode[] = [
  'request.invalid',
  'request.malformed',
  'request.too_large',
  'request.unsupported_media_type',
  'caller.unauthenticated',
  'caller.forbidden',
  'service.failed',
];
