import { partsOfMessageId } from '#contract/ids.ts';
import { type countSearchClick, type getSearchAnalytics, MOST_DAYS } from '#contract/search-analytics.ts';
import { Refusal } from '#domain/refusal.ts';
import { dayOf } from '#domain/search/figures.ts';
import { summaryOf } from '#domain/search/summary.ts';
import type { Handle } from '#runtime/service.ts';
import { readSearchId } from '#searching/search-id.ts';
import { countClick } from '#table/search-clicks.ts';
import { figuresOf } from '#table/search-stats.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import { findVisible } from '#table/visible-message.ts';

const DAY_MS = 86_400_000;
/** Days told of where the caller names none. */
const USUAL_DAYS = 7;

export const handleGetSearchAnalytics: Handle<typeof getSearchAnalytics> = async (input, { caller, at }) => {
  const { tenant } = caller;
  const usual = (USUAL_DAYS - 1) * DAY_MS;
  const to = input.to ?? (input.from ? dayOf(Math.min(at, Date.parse(input.from) + usual)) : dayOf(at));
  const from = input.from ?? dayOf(Date.parse(to) - usual);
  const days = Math.max(1, (Date.parse(to) - Date.parse(from)) / DAY_MS + 1);
  if (days > MOST_DAYS)
    throw new Refusal('request.invalid', { issues: [{ path: 'to', message: `at most ${MOST_DAYS} days` }] });
  const named = Array.from({ length: days }, (_, index) => dayOf(Date.parse(from) + index * DAY_MS));
  const [{ search }, ...figures] = await Promise.all([
    rulesOf(tenant, at),
    ...named.map(async (day) => [day, await figuresOf(tenant, day)] as const),
  ]);
  return { body: { enabled: search.analytics, from, to, ...summaryOf(new Map(figures)) } };
};

/** Counts a click on a message that the caller may read. Whatever cannot be counted is no error: nobody could do better. */
export const handleCountSearchClick: Handle<typeof countSearchClick> = async (
  { searchId, messageId, position },
  { caller, at },
) => {
  const { tenant, userId } = caller;
  if (!(await findVisible(tenant, partsOfMessageId(messageId), userId, at))) throw new Refusal('message.not_found');
  const [search, rules] = await Promise.all([readSearchId(caller, searchId, at), rulesOf(tenant, at)]);
  if (!search || !rules.search.analytics) return { body: { counted: false } };
  return { body: { counted: await countClick(tenant, { ...search, messageId, position }) } };
};
