import { Refusal } from '#domain/refusal.ts';

/**
 * The version a writer believes to change: from the body, or from `If-Match: "7"` (RFC 9110, 13.1.1). Raises
 * `request.invalid` when there is none, when the header is no version of ours, or when the two disagree.
 */
export function expectedVersion(version: number | undefined, ifMatch: string | undefined): number {
  const refuse = (message: string): never => {
    throw new Refusal('request.invalid', { issues: [{ path: 'version', message }] });
  };
  const tagged = ifMatch === undefined ? undefined : /^"([1-9][0-9]{0,8})"$/.exec(ifMatch)?.[1];
  if (ifMatch !== undefined && tagged === undefined) return refuse('If-Match is the version in double quotes');
  if (tagged !== undefined && version !== undefined && Number(tagged) !== version)
    return refuse('If-Match names another version than the body');
  return version ?? (tagged === undefined ? refuse('say which version you change') : Number(tagged));
}
