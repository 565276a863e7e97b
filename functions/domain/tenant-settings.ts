import type { RulesChange, TenantRules } from '#contract/tenant.ts';
import type { Rate } from './rate-limit.ts';
import { Refusal } from './refusal.ts';

/** The rules after a change; what the change does not name stays. */
export const changedRules = (rules: TenantRules, change: RulesChange): TenantRules => ({
  limits: { ...rules.limits, ...change.limits },
  uploads: { ...rules.uploads, ...change.uploads },
  retention: { ...rules.retention, ...change.retention },
  features: { ...rules.features, ...change.features },
});

/** How often a user may send. */
export const messageRateOf = ({ limits }: TenantRules): Rate => ({
  limit: limits.messagesPerMinute,
  windowSeconds: 60,
  burst: limits.messageBurst,
});

/** Why a text of so many characters is too long here; undefined when it is not. */
export const refusalOfText = ({ limits }: TenantRules, characters: number): Refusal | undefined =>
  characters > limits.textLength ? new Refusal('message.too_long', { maxCharacters: limits.textLength }) : undefined;
