import { fileTypeFromBuffer } from 'file-type';

/** Bytes from the start of a file that are looked at to tell what it is. */
export const HEAD_BYTES = 65_536;

/** The type that a picture's bytes tell; undefined when they tell none. A file that merely breaks off tells none. */
export async function sniff(data: Uint8Array): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(data))?.mime;
  } catch {
    // The bytes are all here, so an error is about what they say.
    return undefined;
  }
}

/** What may stand before the root of a document: a byte order mark, blanks, a declaration, a document type of another kind than HTML, comments. */
const PROLOG = /^\ufeff?(?:\s+|<\?xml[^>]*>|<!doctype(?!\s+html)[^[>]*(?:\[[^\]]*\]\s*)?>|<!--.*?(?:-->|$))*/is;

/** How text begins that something runs or shows; browsers look for the same (https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type). */
const ACTIVE_TEXT: readonly (readonly [type: string, mark: RegExp])[] = [
  ['image/svg+xml', /^<(?:[\w-]+:)?svg[\s>/]/i],
  [
    'text/html',
    /^<(?:!doctype\s+html|html|head|body|script|iframe|object|embed|frameset|meta|base|link|style|title|table|form|img|input|a|b|h1|div|br|p|font|video|audio|math|template)[\s>/]/i,
  ],
  ['application/xslt+xml', /^<(?:[\w-]+:)?(?:stylesheet|transform)[\s>]/i],
  ['application/x-mswinurl', /^\[InternetShortcut\]/i],
  ['application/x-desktop', /^\[Desktop Entry\]/i],
  ['text/x-shellscript', /^#!/],
  ['application/x-httpd-php', /^<\?(?:php|=)/i],
  ['application/x-bat', /^@?echo\s+(?:off|on)\b/i],
  ['multipart/related', /^MIME-Version:\s*1\.0/i],
];

/** The text that bytes are, in UTF-8 or UTF-16; undefined when they are none. The last character may be cut off. */
function textOf(head: Uint8Array): string | undefined {
  const [first, second] = head;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what tells text from binary
    return /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * The type of any file by how it begins. `text/plain` is text that nothing runs, `application/octet-stream` what nobody
 * knows; text that something runs is called by its name.
 */
export async function typeOf(head: Uint8Array): Promise<string> {
  const known = await sniff(head);
  const text = textOf(head);
  if (text !== undefined) {
    const start = text.replace(PROLOG, '');
    const active = ACTIVE_TEXT.find(([, mark]) => mark.test(start));
    if (active) return active[0];
    // Browsers take for a page what begins with a comment.
    if (/^\ufeff?\s*<!--/.test(text)) return 'text/html';
  }
  return known ?? (text === undefined ? 'application/octet-stream' : 'text/plain');
}
