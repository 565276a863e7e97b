import * as z from 'zod';

/** Bytes of the largest file (5 GB): what one malware scan looks into. */
export const MAX_FILE_BYTES = 5 * 1024 ** 3;

/** Bytes of the largest picture. */
export const MAX_IMAGE_BYTES = 50 * 1024 ** 2;

/** Bytes of the largest quota that can be set: a petabyte. */
const MAX_QUOTA_BYTES = 1024 ** 5;

const NAME = '[a-z0-9][a-z0-9!#$&^_.+-]{0,126}';

/** A content type, all types of a kind (`image/*`), or all types. In lower case, without parameters. */
const TypeRange = z
  .string()
  .max(127)
  .regex(new RegExp(`^(?:\\*/\\*|${NAME}/(?:\\*|${NAME}))$`))
  .meta({ example: 'image/*' });
/** What stands behind the last dot of a file's name, in lower case. */
const Extension = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,23}$/)
  .meta({ example: 'pdf' });

const unlike = (values: readonly string[]): boolean => new Set(values).size === values.length;
const TypeRanges = z.array(TypeRange).max(200).refine(unlike, 'names a type twice');
const Extensions = z.array(Extension).max(200).refine(unlike, 'names an extension twice');
const quota = z.int().min(1).max(MAX_QUOTA_BYTES);
const kindBytes = (max: number) => z.int().min(1).max(max);

/** What users of a tenant may upload, and how much of it. */
export const UploadRules = z.strictObject({
  /** Content types that are taken. */
  types: TypeRanges,
  /** Content types that are not, though `types` takes them; null: those that run, as this version knows them. */
  deniedTypes: TypeRanges.nullable(),
  /** Extensions that names may have; null: all. A name without one is taken. */
  extensions: Extensions.nullable(),
  /** Extensions that they may not have; null: those of what runs, as this version knows them. */
  deniedExtensions: Extensions.nullable(),
  /** Most bytes of one picture, video, recording or other file. Some types of pictures have lower limits of their own. */
  imageBytes: kindBytes(MAX_IMAGE_BYTES),
  videoBytes: kindBytes(MAX_FILE_BYTES),
  audioBytes: kindBytes(MAX_FILE_BYTES),
  fileBytes: kindBytes(MAX_FILE_BYTES),
  /** Bytes that one user's media may have together, those under way included; null: no limit. */
  userBytes: quota.nullable(),
  /** Bytes that one user may upload in any 24 hours; null: no limit. */
  userBytesPerDay: quota.nullable(),
  /** Bytes that all media of the tenant may have together; null: no limit. */
  tenantBytes: quota.nullable(),
  /** Bytes that all users together may upload in any 24 hours; null: no limit. */
  tenantBytesPerDay: quota.nullable(),
  /** Uploads that a user may have under way. */
  pendingUploads: z.int().min(1).max(1_000),
});
export type UploadRules = z.output<typeof UploadRules>;

/** What holds for a tenant that has said nothing: all but what runs. */
export const DEFAULT_UPLOAD_RULES: UploadRules = {
  types: ['*/*'],
  deniedTypes: null,
  extensions: null,
  deniedExtensions: null,
  imageBytes: MAX_IMAGE_BYTES,
  videoBytes: MAX_FILE_BYTES,
  audioBytes: MAX_FILE_BYTES,
  fileBytes: MAX_FILE_BYTES,
  userBytes: 5 * 1024 ** 3,
  userBytesPerDay: null,
  tenantBytes: null,
  tenantBytesPerDay: null,
  pendingUploads: 50,
};
