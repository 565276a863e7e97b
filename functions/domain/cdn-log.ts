/** What one log says was fetched by one address. */
export interface Fetched {
  readonly tenantId: string;
  readonly mediaId: string;
  /** When the address was minted (ms), and the token of its download: its mark. */
  readonly at: number;
  readonly id: string;
  readonly bytes: number;
}

/** Answers that carry what was asked for, or say that it has not changed; a refusal is nobody's download. */
const SERVED = new Set(['200', '206', '304']);

const PATH = /^\/([A-Za-z0-9][A-Za-z0-9_-]{0,62})\/(med_[A-Za-z0-9_-]{22})\//;
const MARK = /(?:^|&)d=([0-9]{1,15})\.([A-Za-z0-9_-]{12})(?:&|$)/;

/** Columns of a standard log, in its own words. */
const COLUMNS = ['sc-bytes', 'cs-uri-stem', 'sc-status', 'cs-uri-query'] as const;

/**
 * Reads a standard log of CloudFront: lines of fields between tabs, named by the line `#Fields:`. Answers each address once, with all that
 * was fetched by it, in an order that is the same for the same log. A line that is not about an address of ours, or was
 * refused, is passed over. Raises an error for a log that does not say its fields
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html).
 */
export function readCdnLog(text: string): Fetched[] {
  const found = new Map<string, Fetched>();
  let places: readonly number[] | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('#Fields:')) {
      const names = line.slice('#Fields:'.length).trim().split(/\s+/);
      places = COLUMNS.map((name) => names.indexOf(name));
      if (places.includes(-1)) throw new Error(`a log of the CDN lacks one of ${COLUMNS.join(', ')}`);
    }
    if (line.startsWith('#') || line.trim() === '') continue;
    if (!places) throw new Error('a log of the CDN does not say its fields');
    const fields = line.split('\t');
    const [size = '', path = '', status = '', query = ''] = places.map((place) => fields[place]);
    const [, tenantId, mediaId] = PATH.exec(path) ?? [];
    const [, at, id] = MARK.exec(query) ?? [];
    if (!tenantId || !mediaId || !at || !id || !SERVED.has(status) || !/^[0-9]{1,15}$/.test(size)) continue;
    const name = [tenantId, mediaId, at, id].join('/');
    found.set(name, { tenantId, mediaId, at: Number(at), id, bytes: (found.get(name)?.bytes ?? 0) + Number(size) });
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, fetched]) => fetched);
}

/**
 * By how much a budget is corrected when the log says `bytes` more of a download that was charged `charged`. The first word of
 * the log takes the place of the guess that the whole would be fetched; each after it is added.
 */
export const correctionOf = (charged: number, servedBefore: number | undefined, bytes: number): number =>
  servedBefore === undefined ? bytes - charged : bytes;
