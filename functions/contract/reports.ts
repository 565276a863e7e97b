import * as z from 'zod';
import { ConversationId, Instant, MediaId, MessageId, ReportId, UserId } from './ids.ts';
import { MessageBody } from './message-bodies.ts';
import { Cursor, Limit, page } from './page.ts';
import { CHANGE_USES } from './participants.ts';
import { route } from './route.ts';
import type { Use } from './uses.ts';
import { READS } from './within.ts';

/** Minutes that a claim holds; its moderator may renew it. */
export const CLAIM_MINUTES = 30;
/** Messages a user may report in an hour, and at once. */
export const REPORTS_AN_HOUR = 20;
/** Days after the last report that a case is kept. */
export const REPORT_KEPT_DAYS = 730;
/** Reports, and versions of the message, that a case shows. */
export const MOST_SHOWN = 50;

const Reason = z.enum(['spam', 'harassment', 'hate', 'violence', 'sexual', 'self_harm', 'illegal', 'other']);
const Note = z.string().trim().min(1).max(1_000);
/** What a moderator does: nothing, delete the message, ban its sender from the conversation, or both. */
export const Outcome = z.enum(['dismissed', 'message_deleted', 'member_banned', 'both']);
export type Outcome = z.output<typeof Outcome>;
const State = z.enum(['open', 'claimed', 'resolved']);

/** The message as it was when somebody reported it. It stays when the message is edited or deleted. */
export const Snapshot = z
  .strictObject({
    version: z.int(),
    senderId: UserId,
    body: MessageBody,
    attachments: z.array(MediaId),
    createdAt: Instant,
    editedAt: Instant.nullable(),
  })
  .meta({ id: 'ReportedMessage' });

/** All reports of one message together. */
const Case = z
  .strictObject({
    id: ReportId,
    messageId: MessageId,
    conversationId: ConversationId,
    senderId: UserId,
    state: State,
    /** How many users reported it. */
    reports: z.int(),
    firstReportedAt: Instant,
    lastReportedAt: Instant,
    claim: z.strictObject({ by: UserId, until: Instant }).nullable(),
    resolution: z.strictObject({ by: UserId, at: Instant, outcome: Outcome, note: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'ReportCase' });
export type Case = z.output<typeof Case>;

export const reportMessage = route({
  method: 'POST',
  path: '/messages/{messageId}/reports',
  summary: 'Report a message to the tenant’s moderators; once for a user and message, again it changes nothing',
  permission: 'report:create',
  within: READS,
  uses: ['table:get', 'table:batch-get', 'table:put', 'table:update', 'table:delete', 'archive:read'],
  input: z.strictObject({ messageId: MessageId, reason: Reason, note: Note.optional() }),
  /** The first report of this user, whatever a later one says. */
  output: z.strictObject({
    messageId: MessageId,
    reason: Reason,
    note: z.string().nullable(),
    /** The version of the message that was reported. */
    version: z.int(),
    reportedAt: Instant,
  }),
  refuses: [
    'message.not_found',
    'message.deleted',
    'report.not_reportable',
    'report.rate_limited',
    'service.contended',
  ],
  status: 201,
});

export const listReports = route({
  method: 'GET',
  path: '/moderation/reports',
  summary: 'List reported messages, oldest first; a page may hold fewer than asked for',
  permission: 'report:moderate',
  uses: ['table:batch-get', 'table:query', 'signing-key:read'],
  input: z.strictObject({ state: State.default('open'), limit: Limit, cursor: Cursor.optional() }),
  output: page(Case),
  refuses: ['request.cursor_invalid'],
  status: 200,
});

const One = z.strictObject({ reportId: ReportId });

export const getReport = route({
  method: 'GET',
  path: '/moderation/reports/{reportId}',
  summary: 'Get a reported message: who reported it and why, and what it said in each version that was reported',
  permission: 'report:moderate',
  uses: ['table:batch-get', 'table:query'],
  input: One,
  output: z.strictObject({
    ...Case.shape,
    /** The first of them. */
    reportedBy: z.array(
      z.strictObject({
        userId: UserId,
        reason: Reason,
        note: z.string().nullable(),
        version: z.int(),
        reportedAt: Instant,
      }),
    ),
    snapshots: z.array(Snapshot),
  }),
  refuses: ['report.not_found'],
  status: 200,
});

const claiming: readonly Use[] = ['table:batch-get', 'table:put', 'table:update'];

export const claimReport = route({
  method: 'POST',
  path: '/moderation/reports/{reportId}/claim',
  summary: 'Claim a reported message, so that no other moderator works on it; again it renews the claim',
  permission: 'report:moderate',
  uses: claiming,
  input: One,
  output: Case,
  refuses: ['report.not_found', 'report.claimed', 'report.resolved'],
  status: 200,
});

export const releaseReport = route({
  method: 'POST',
  path: '/moderation/reports/{reportId}/release',
  summary: 'Give a claim back',
  permission: 'report:moderate',
  uses: claiming,
  input: One,
  output: Case,
  refuses: ['report.not_found', 'report.not_claimed', 'report.resolved'],
  status: 200,
});

export const resolveReport = route({
  method: 'POST',
  path: '/moderation/reports/{reportId}/resolve',
  summary: 'Resolve a claimed report and do what the outcome says; if it fails half way, the same call does the rest',
  permission: 'report:moderate',
  uses: [...CHANGE_USES],
  input: One.extend({ outcome: Outcome, note: Note.optional() }),
  output: Case,
  refuses: [
    'report.not_found',
    'report.not_claimed',
    'report.resolved',
    'participant.direct_fixed',
    'participant.last_owner',
    'conversation.archived',
    'message.archived',
    'message.version_conflict',
    'service.contended',
  ],
  status: 200,
});
