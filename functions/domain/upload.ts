import { UPLOAD_LIMITS } from '#contract/media.ts';
import type { UploadRules } from '#contract/upload-rules.ts';
import { FORM_BYTES, MOST_PARTS, PART_BYTES } from '#contract/uploads.ts';
import { DENIED_EXTENSIONS, DENIED_TYPES } from './denied-uploads.ts';
import { displayName, kindOf } from './media.ts';
import { Refusal } from './refusal.ts';

/** Whether a range of content types (`image/png`, `image/*`, or all) has this one in it. */
const inRange = (contentType: string, range: string): boolean =>
  range === '*/*' || range === contentType || (range.endsWith('/*') && contentType.startsWith(range.slice(0, -1)));

/** What nobody sees in a name: joiners, variation selectors, marks of direction, tags. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/gu;

/**
 * The extension that a desktop would go by, or one that looks like it: what stands behind the last dot, without what
 * nobody sees and without the dots and spaces that Windows drops from the end; up to what cannot be part of it (`exe::$DATA`).
 * Undefined when the name has none.
 */
export function extensionOf(fileName: string): string | undefined {
  const name = fileName.normalize('NFKC').replace(UNSEEN, '').toLowerCase().replace(/\.+$/, '');
  const dot = name.lastIndexOf('.');
  return dot < 0 ? undefined : (/^[\p{L}\p{N}_-]+/u.exec(name.slice(dot + 1))?.[0] ?? undefined);
}

/** What a file with one of these extensions is; another claim contradicts it. Others say nothing. */
const MEANINGS: readonly (readonly [extensions: string, ranges: readonly string[]])[] = [
  ['jpg jpeg jpe jfif', ['image/jpeg', 'image/jpg', 'image/pjpeg']],
  ['png apng', ['image/png', 'image/apng']],
  ['gif', ['image/gif']],
  ['webp', ['image/webp']],
  ['tif tiff', ['image/tiff']],
  ['heic heif', ['image/heic', 'image/heif', 'image/heic-sequence', 'image/heif-sequence']],
  ['avif', ['image/avif']],
  ['mp4 m4v', ['video/mp4', 'video/x-m4v', 'audio/mp4']],
  ['mov', ['video/quicktime']],
  ['webm', ['video/webm', 'audio/webm']],
  ['mkv avi wmv mpg mpeg 3gp', ['video/*', 'audio/3gpp']],
  ['m4a aac mp3 wav flac', ['audio/*']],
  ['ogg oga opus', ['audio/*', 'video/ogg', 'application/ogg']],
  ['pdf', ['application/pdf', 'application/x-pdf']],
  ['zip gz bz2 xz 7z rar tar doc docx xls xlsx ppt pptx odt ods odp', ['application/*']],
  ['txt csv md log', ['text/*', 'application/*']],
];
const meanings: ReadonlyMap<string, readonly string[]> = new Map(
  MEANINGS.flatMap(([extensions, ranges]) => extensions.split(' ').map((extension) => [extension, ranges] as const)),
);

/** The type of what its sender knows no type of. */
const UNKNOWN = 'application/octet-stream';

/** What somebody says they will upload. */
export interface Claim {
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: number;
}

function checkName(fileName: string, contentType: string, rules: UploadRules): void {
  const extension = extensionOf(fileName);
  if (extension === undefined) return;
  const denied = rules.deniedExtensions ?? DENIED_EXTENSIONS;
  if (denied.includes(extension) || (rules.extensions && !rules.extensions.includes(extension)))
    throw new Refusal('media.name_unsupported', { reason: 'extension_denied', extension });
  const ranges = meanings.get(extension);
  if (ranges && contentType !== UNKNOWN && !ranges.some((range) => inRange(contentType, range)))
    throw new Refusal('media.name_unsupported', { reason: 'extension_mismatch', extension, contentType });
}

/** Most bytes of a file of this type. */
function mostBytes(contentType: string, rules: UploadRules): number {
  const most = rules[`${kindOf(contentType)}Bytes`];
  const limits: Readonly<Record<string, number>> = UPLOAD_LIMITS;
  return Object.hasOwn(limits, contentType) ? Math.min(most, limits[contentType]!) : most;
}

/** Whether a tenant takes no file of this type, whatever it was announced as. */
export const isDenied = (contentType: string, rules: UploadRules): boolean =>
  (rules.deniedTypes ?? DENIED_TYPES).some((range) => inRange(contentType, range));

/**
 * A claim as it is noted: with a name fit to be shown and the bare type, which goes into the upload's signature. Raises
 * `media.type_unsupported`, `media.name_unsupported` and `media.too_large`. All of it stays a claim: what the file is, its
 * content says.
 */
export function acceptClaim(claim: Claim, rules: UploadRules): Claim {
  const contentType = claim.contentType.split(';')[0]!.trim().toLowerCase() || UNKNOWN;
  const isIn = (ranges: readonly string[]): boolean => ranges.some((range) => inRange(contentType, range));
  if (
    !/^[a-z0-9][\w!#$&^.+-]*\/[a-z0-9][\w!#$&^.+-]*$/.test(contentType) ||
    !isIn(rules.types) ||
    isDenied(contentType, rules)
  )
    throw new Refusal('media.type_unsupported', { contentType, supported: rules.types });
  const fileName = displayName(claim.fileName);
  checkName(fileName, contentType, rules);
  const maxBytes = mostBytes(contentType, rules);
  if (claim.bytes > maxBytes) throw new Refusal('media.too_large', { maxBytes });
  return { fileName, contentType, bytes: claim.bytes };
}

const MB = 1024 ** 2;
/** Parts that a file is cut into where nothing else is asked for: so many that one lost costs little. */
const GOOD_PARTS = 500;

const upTo = (bytes: number): number => Math.ceil(bytes / MB) * MB;

/** Bytes of each part of a file that goes in parts, or undefined for one that goes as a whole. */
export function partBytesOf(
  bytes: number,
  {
    multipart = false,
    partBytes,
  }: { readonly multipart?: boolean | undefined; readonly partBytes?: number | undefined },
): number | undefined {
  if (bytes <= FORM_BYTES && !multipart) return undefined;
  const asked = partBytes ?? Math.max(8 * MB, upTo(bytes / GOOD_PARTS));
  return Math.min(PART_BYTES.most, Math.max(asked, PART_BYTES.least, upTo(bytes / MOST_PARTS)));
}

/** How many parts of `partBytes` a file has. */
export const partsOf = (bytes: number, partBytes: number): number => Math.ceil(bytes / partBytes);

/** Bytes of part `part`, from 1; 0 when there is no such part. */
export const bytesOfPart = (bytes: number, partBytes: number, part: number): number =>
  Math.max(0, Math.min(partBytes, bytes - (part - 1) * partBytes));

/** A part as the store has it. */
export interface StoredPart {
  readonly part: number;
  readonly bytes: number;
}

/** Numbers of the parts that did not arrive as they have to be: S3 would put together whatever is there. */
export function missingParts(bytes: number, partBytes: number, arrived: readonly StoredPart[]): number[] {
  const sizes = new Map(arrived.map(({ part, bytes: size }) => [part, size]));
  return Array.from({ length: partsOf(bytes, partBytes) }, (_, index) => index + 1).filter(
    (part) => sizes.get(part) !== bytesOfPart(bytes, partBytes, part),
  );
}
