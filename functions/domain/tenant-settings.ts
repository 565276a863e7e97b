import type { MessageDraft } from '#contract/message-bodies.ts';
import type { RulesChange, TenantRules } from '#contract/tenant.ts';
import type { UploadRules } from '#contract/upload-rules.ts';
import type { MediaLimits } from './media-quota.ts';
import type { Rate } from './rate-limit.ts';
import { Refusal } from './refusal.ts';

/** The rules after a change; what the change does not name stays. */
export const changedRules = (rules: TenantRules, change: RulesChange): TenantRules => ({
  limits: { ...rules.limits, ...change.limits },
  uploads: { ...rules.uploads, ...change.uploads },
  downloads: { ...rules.downloads, ...change.downloads },
  content: { ...rules.content, ...change.content },
  retention: { ...rules.retention, ...change.retention },
  changing: { ...rules.changing, ...change.changing },
  features: { ...rules.features, ...change.features },
  search: { ...rules.search, ...change.search },
});

/** Media that rules show to the whole tenant, once each. */
export const mediaShownBy = ({ content }: TenantRules): string[] => [
  ...new Set(content.emojis.flatMap(({ mediaId }) => mediaId ?? [])),
];

/** Pictures of emojis that may come and go in one change: what a transaction holds. */
const MOST_PICTURES = 30;

/** Media that a change shows to the whole tenant. Raises `request.invalid` where more come and go than may. */
export const mediaToShow = (before: TenantRules, after: TenantRules): string[] => {
  const [known, wanted] = [new Set(mediaShownBy(before)), mediaShownBy(after)];
  const come = wanted.filter((mediaId) => !known.has(mediaId));
  const gone = known.size - (wanted.length - come.length);
  if (come.length + gone > MOST_PICTURES)
    throw new Refusal('request.invalid', {
      issues: [{ path: 'content.emojis', message: `changes at most ${MOST_PICTURES} pictures at a time` }],
    });
  return come;
};

/** An emoji of the tenant's own, as people write it. */
const OWN_EMOJI = /^:([a-z0-9][a-z0-9_+-]{0,31}):$/;

/** The name in what is written as an emoji of the tenant's own, whether there is one of that name or not. */
export const ownEmojiIn = (text: string): string | undefined => OWN_EMOJI.exec(text)?.[1];

/** Whether the tenant has an emoji of this name. */
export const hasEmoji = ({ content }: TenantRules, name: string): boolean =>
  content.emojis.some((emoji) => emoji.name === name);

/** How often a user may send. */
export const messageRateOf = ({ limits }: TenantRules): Rate => ({
  limit: limits.messagesPerMinute,
  windowSeconds: 60,
  burst: limits.messageBurst,
});

/** Searches at once, however few a minute; and suggestions, one for each key that is pressed. */
const SEARCH_BURST = { searches: 30, suggestions: 60 };

/** How often a user may search, or be suggested something. */
export const searchRateOf = ({ limits }: TenantRules, counted: keyof typeof SEARCH_BURST): Rate => ({
  limit: counted === 'searches' ? limits.searchesPerMinute : limits.suggestionsPerMinute,
  windowSeconds: 60,
  burst: SEARCH_BURST[counted],
});

/** Why a text is too long here; undefined when it is not, or the body has none. */
export const refusalOfText = ({ limits }: TenantRules, body: MessageDraft): Refusal | undefined =>
  body.type === 'text' && body.text.length > limits.textLength
    ? new Refusal('message.too_long', { maxCharacters: limits.textLength })
    : undefined;

/** Why the tenant does not take a message of this type, or of this name; undefined when it does. */
export const refusalOfType = ({ content }: TenantRules, body: MessageDraft): Refusal | undefined => {
  if (!content.types.includes(body.type)) return new Refusal('message.type_forbidden', { allowed: content.types });
  return body.type === 'custom' && !content.customNames.includes(body.name)
    ? new Refusal('message.type_forbidden', { allowed: content.customNames })
    : undefined;
};

/** How many bytes of media a user and the tenant may have. */
export const limitsOf = (uploads: UploadRules): { readonly user: MediaLimits; readonly tenant: MediaLimits } => ({
  user: { bytes: uploads.userBytes, bytesPerDay: uploads.userBytesPerDay, pending: uploads.pendingUploads },
  tenant: { bytes: uploads.tenantBytes, bytesPerDay: uploads.tenantBytesPerDay, pending: null },
});
