import { randomBytes } from 'node:crypto';
import type { TenantRules } from '#contract/tenant.ts';
import { inParallel } from '#delivery/parallel.ts';
import { isStillGood } from '#domain/download.ts';
import type { Quota, TooOften } from '#domain/rate-limit.ts';
import { downloadUrl } from '#gateways/download-url.ts';
import type { Caller } from '#runtime/caller.ts';
import { findAddresses, noteAddress, type StoredAddress } from '#table/address.ts';
import { trackDownload } from '#table/download.ts';
import { rulesOf } from '#table/tenant-settings.ts';
import { pay, unpay } from './pay.ts';
import type { Wanted } from './wanted.ts';

const DAY_MS = 86_400_000;
/** Addresses that are noted at once. */
const BOUND = 10;

/** An address as its user is told. */
export interface Minted {
  readonly url: string;
  readonly expiresAt: string;
  readonly rendition: Wanted['rendition'];
  readonly contentType: string;
  readonly bytes: number;
}

/** Addresses in the order of what was wanted; a refusal where there was no bandwidth left. */
interface Mint {
  readonly addresses: readonly (Minted | TooOften)[];
  readonly quota: Quota | undefined;
}

async function toldOf(wanted: Wanted, { at, until, id }: StoredAddress): Promise<Minted> {
  const { rendition, bytes, answered } = wanted;
  const url = await downloadUrl({ ...wanted, from: at, mark: `${at}.${id}` });
  return { url, expiresAt: new Date(until).toISOString(), rendition, contentType: answered.contentType, bytes };
}

/**
 * Addresses of what a user wants and may have (no media twice). One that was given before and is good for a while is given again, and
 * costs one read; another one is paid for, noted and counted. What the budget does not bear in one is tried one after
 * another, in order, until there is nothing left.
 */
export async function mint(caller: Caller, wanted: readonly Wanted[], at: number): Promise<Mint> {
  const { tenant, userId } = caller;
  const rules = await rulesOf(tenant, at);
  const isGood = ({ seconds }: Wanted, address: StoredAddress | undefined): address is StoredAddress =>
    address !== undefined && isStillGood(address.until, seconds, at);
  const known = await findAddresses(
    tenant,
    wanted.map((each) => ({ ...each, userId })),
  );
  const fresh = wanted.filter((each, index) => !isGood(each, known[index]));
  const { refusalFrom, refusal, quota } = await payFor(caller, rules, fresh, at);

  /** A new address, or the one that the same user was given in the same moment. */
  const renew = async (each: Wanted, seen: StoredAddress | undefined): Promise<StoredAddress> => {
    const { mediaId, rendition, bytes, seconds } = each;
    const id = randomBytes(9).toString('base64url');
    const address = { mediaId, rendition, id, at, until: at + seconds * 1_000 };
    if (await noteAddress(tenant, userId, address, seen)) {
      const kept = at + rules.downloads.keptDays * DAY_MS;
      await trackDownload(tenant, mediaId, { userId, rendition, bytes, at, id }, kept);
      return address;
    }
    const [theirs] = await findAddresses(tenant, [{ userId, mediaId, rendition }]);
    if (!isGood(each, theirs)) return await renew(each, theirs);
    await unpay(caller, rules, bytes, at);
    return theirs;
  };

  const addresses = await inParallel([...wanted.keys()], BOUND, async (index) => {
    const each = wanted[index]!;
    const address = known[index];
    if (isGood(each, address)) return await toldOf(each, address);
    if (refusal && fresh.indexOf(each) >= refusalFrom) return refusal;
    return await toldOf(each, await renew(each, address));
  });
  return { addresses, quota: refusal?.quota ?? quota };
}

/** Pays for as many as the budget bears, in order: all of them in one charge, or one after another. */
async function payFor(caller: Caller, rules: TenantRules, fresh: readonly Wanted[], at: number) {
  if (fresh.length === 0) return { refusalFrom: 0, refusal: undefined, quota: undefined };
  const sum = fresh.reduce((bytes, each) => bytes + each.bytes, 0);
  const all = await pay(caller, rules, sum, fresh.length, at);
  if (!all.refusal || fresh.length === 1) return { refusalFrom: 0, refusal: all.refusal, quota: all.quota };
  for (const [index, { bytes }] of fresh.entries()) {
    const { refusal, quota } = await pay(caller, rules, bytes, 1, at);
    if (refusal) return { refusalFrom: index, refusal, quota };
  }
  return { refusalFrom: fresh.length, refusal: undefined, quota: undefined };
}
