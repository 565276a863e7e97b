import type * as z from 'zod';
import type { RejectionReason } from '#contract/media.ts';

type Reason = z.output<typeof RejectionReason>;

/** The type of what its sender knows no type of. */
const UNKNOWN = 'application/octet-stream';

/** Types that are names of the same thing, or that lie in the same container: one of them may be announced as another. */
const FAMILIES: readonly (readonly [family: string, member: RegExp])[] = [
  [
    'zip',
    /^application\/(?:zip|x-zip(?:-compressed)?|epub\+zip|x-indesign|java-archive|vnd\.android\.package-archive|x-xpinstall|vnd\.openxmlformats-officedocument\..+|vnd\.oasis\.opendocument\..+|vnd\.ms-.+macroenabled\.12|vnd\.apple\.(?:pages|numbers|keynote)|vnd\.visio|x-iwork-.+)$|^model\/3mf$/i,
  ],
  [
    'cfb',
    /^application\/(?:x-cfb|x-ole-storage|msword|vnd\.ms-(?:excel|powerpoint|outlook|project|works)|vnd\.visio|x-msi)$/i,
  ],
  ['html', /^(?:text\/html|application\/xhtml\+xml)$/],
  ['shell', /^(?:text\/x-(?:sh|shellscript|python|perl|ruby)|application\/x-(?:sh|csh|shellscript|python))$/],
  ['php', /^(?:application\/x-httpd-php|text\/x-php|application\/x-php)$/],
  ['script', /^(?:text|application)\/(?:x-)?(?:java|ecma)script$/],
  [
    'windows',
    /^application\/(?:x-msdownload|vnd\.microsoft\.portable-executable|x-dosexec|x-ms(?:dos-program|-dos-executable))$/,
  ],
  ['elf', /^application\/x-(?:elf|executable|sharedlib)$/],
  ['gzip', /^application\/(?:gzip|x-gzip|x-tgz|x-compressed-tar)$/],
  ['bzip2', /^application\/(?:x-bzip2?)$/],
  ['rar', /^application\/(?:x-rar(?:-compressed)?|vnd\.rar)$/],
  ['pdf', /^application\/(?:pdf|x-pdf|illustrator|vnd\.adobe\.illustrator)$/],
  ['rtf', /^(?:application|text)\/rtf$/],
  ['postscript', /^application\/(?:postscript|eps|x-eps)$/],
  ['ogg', /^(?:audio|video|application)\/(?:ogg|opus|x-flac)$/],
  ['matroska', /^(?:audio|video)\/(?:x-)?(?:matroska|webm)$/],
  ['iso', /^(?:audio|video)\/(?:mp4|x-m4a|x-m4v|m4v|quicktime|3gpp2?|x-m4b)$/],
  ['windows media', /^(?:video\/x-ms-(?:wmv|asf)|audio\/x-ms-wma|application\/vnd\.ms-asf)$/],
  ['avi', /^video\/(?:x-msvideo|vnd\.avi|avi|msvideo)$/],
  ['wave', /^audio\/(?:x-)?(?:wav|vnd\.wave)$/],
  ['bmp', /^image\/(?:x-(?:ms-)?)?bmp$/],
  ['icon', /^image\/(?:x-icon|vnd\.microsoft\.icon)$/],
  ['photoshop', /^(?:image\/vnd\.adobe\.photoshop|application\/(?:x-)?photoshop)$/],
  ['heif', /^image\/hei[cf](?:-sequence)?$/],
  ['png', /^image\/a?png$/],
  ['tiff', /^image\/(?:tiff|dng|x-(?:adobe-dng|canon-cr2|nikon-nef|sony-arw))$/],
  ['ttf', /^(?:font\/(?:ttf|otf|collection|sfnt)|application\/(?:x-)?font-.+)$/],
  [
    'text',
    /^(?:text\/(?!html$|rtf$|javascript$|ecmascript$|vbscript$|x-(?:sh|shellscript|php|python|perl|ruby)$).+|application\/(?:json|.+\+json|xml|.+\+xml|x-ndjson|yaml|x-yaml|toml|sql|x-sql|csv|x-subrip|pgp-(?:encrypted|keys|signature)|x-tex|x-latex|mbox|ld\+json|geo\+json)|message\/rfc822|model\/(?:obj|stl|gltf\+json))$/,
  ],
];

const familyOf = (type: string): string | undefined => FAMILIES.find(([, member]) => member.test(type))?.[0];

/** What a browser, a shell or a desktop runs when it is opened. It may not come under another name. */
const ACTIVE: readonly RegExp[] = [
  /^(?:text\/html|image\/svg\+xml|application\/(?:xhtml|xslt)\+xml|multipart\/related)$/,
  /^(?:application\/x-httpd-php|text\/x-shellscript|application\/x-(?:bat|mswinurl|desktop|elf|msdownload|mach-binary|shockwave-flash|ms-regedit|google-chrome-extension|deb|rpm|apple-diskimage))$/,
  /^application\/(?:java-vm|wasm|vnd\.ms-htmlhelp|x\.ms\.shortcut|x\.apple\.alias)$/,
];

const isActive = (type: string): boolean => ACTIVE.some((types) => types.test(type));

/** Whether bytes that look like `found` may be announced as `claimed`. */
function agree(claimed: string, found: string): boolean {
  if (claimed === found) return true;
  const [one, other] = [familyOf(claimed), familyOf(found)];
  if (isActive(found)) return one !== undefined && one === other && one !== 'text';
  // Source code is text until something runs it.
  if (found === 'text/plain' && one !== undefined && TEXTS.includes(one)) return true;
  // Who sends it knows of no type, or of one that has no signature to look for.
  if (claimed === UNKNOWN) return true;
  if (one === undefined && !KNOWN.test(claimed)) return true;
  return one !== undefined && one === other;
}

/** Families whose members may look like mere text. */
const TEXTS: readonly string[] = ['text', 'html', 'shell', 'php', 'script'];

/** Types that are told by how a file begins, beside those of families. */
const KNOWN =
  /^(?:image\/(?:jpeg|gif|webp|avif|svg\+xml)|audio\/.+|video\/.+|application\/(?:x-7z-compressed|x-tar|wasm|java-vm|x-sqlite3|x-xz|zstd))$/;

/**
 * Why a file that is kept as it is, and whose content looks like `found`, is not what was announced, or not taken by the
 * tenant (`denies`); undefined when it is. Raises nothing.
 */
export function judgeFile(
  claimed: string,
  found: string,
  denies: (contentType: string) => boolean,
): Reason | undefined {
  if (!agree(claimed, found)) return 'type_mismatch';
  return denies(found) ? 'type_denied' : undefined;
}
