import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UPLOAD_LIMITS } from '#contract/media.ts';
import { DEFAULT_UPLOAD_RULES, MAX_FILE_BYTES, UploadRules } from '#contract/upload-rules.ts';
import { FORM_BYTES, MOST_PARTS, PART_BYTES } from '#contract/uploads.ts';
import { DENIED_EXTENSIONS, DENIED_TYPES } from '#domain/denied-uploads.ts';
import { Refusal } from '#domain/refusal.ts';
import { acceptClaim, bytesOfPart, extensionOf, missingParts, partBytesOf, partsOf } from '#domain/upload.ts';

const verdict = (fileName: string, contentType: string, change: Partial<UploadRules> = {}, bytes = 1): unknown => {
  try {
    return acceptClaim({ fileName, contentType, bytes }, { ...DEFAULT_UPLOAD_RULES, ...change });
  } catch (error) {
    if (error instanceof Refusal) return error.details['reason'] ?? error.code;
    throw error;
  }
};
const taken = { bytes: 1 };

describe('the rules that hold where a tenant says nothing', () => {
  it('are such as a tenant may set', () => {
    expect(UploadRules.parse(DEFAULT_UPLOAD_RULES)).toEqual(DEFAULT_UPLOAD_RULES);
    const { deniedTypes, deniedExtensions } = UploadRules.shape;
    expect(deniedTypes.parse(DENIED_TYPES)).toEqual(DENIED_TYPES);
    expect(deniedExtensions.parse(DENIED_EXTENSIONS)).toEqual(DENIED_EXTENSIONS);
  });

  it.each([
    ['engine.jpg', 'image/jpeg'],
    ['engine.JPG', ' Image/JPEG '],
    ['engine', 'image/png'],
    ['loom.mp4', 'video/mp4'],
    ['voice.ogg', 'audio/ogg; codecs=opus'],
    ['paper.pdf', 'application/pdf'],
    ['paper.pdf', ''],
    ['paper.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['all.zip', 'application/x-zip-compressed'],
    ['all.tar.gz', 'application/gzip'],
    ['notes.txt', 'text/plain;charset=utf-8'],
    ['version 1.2', 'application/octet-stream'],
    ['my.sh.notes.txt', 'text/plain'],
    ['データ.csv', 'text/csv'],
  ])('take %s as %s', (fileName, contentType) => {
    expect(verdict(fileName, contentType)).toMatchObject(taken);
  });

  it.each([
    ['a.png', 'image/svg+xml'],
    ['a', 'text/html'],
    ['a', 'TEXT/HTML; charset=utf-8'],
    ['a', 'application/x-msdownload'],
    ['a', 'constructor'],
    ['a', 'image/'],
    ['a', 'image/*'],
    ['a', 'image/png\r\nx-amz-acl: public-read'],
  ])('do not take %s as %s', (fileName, contentType) => {
    expect(verdict(fileName, contentType)).toBe('media.type_unsupported');
  });

  it.each([
    'setup.exe',
    'photo.jpg.exe',
    'photo.jpg.EXE',
    'setup.exe.',
    'setup.exe. . .',
    'setup.exe ',
    'setup.exe\u00a0',
    'setup.ex\u200be',
    'setup.e\u00adxe',
    'setup.\uff45\uff58\uff45',
    'setup\uff0eexe',
    'setup.exe::$DATA',
    'setup.exe"',
    'photo\u202egpj.exe',
    '..\\..\\run.bat',
    'page.html',
    'drawing.svg',
    'drawing.svgz',
    'shortcut.lnk',
    'link.url',
    'script.js',
    'script.ps1',
    '.htm',
  ])('do not take %j', (fileName) => {
    expect(verdict(fileName, 'application/octet-stream')).toBe('extension_denied');
  });

  it.each([
    ['photo.jpg', 'application/pdf'],
    ['photo.jpg', 'image/png'],
    ['paper.pdf', 'image/jpeg'],
    ['voice.mp3', 'video/mp4'],
    ['loom.mp4', 'image/jpeg'],
    ['notes.txt', 'image/png'],
  ])('do not take %s as %s, which contradicts it', (fileName, contentType) => {
    expect(verdict(fileName, contentType)).toBe('extension_mismatch');
  });

  it('take a file up to its kind’s limit, and a picture up to its type’s, and not one byte beyond', () => {
    for (const [contentType, limit] of Object.entries(UPLOAD_LIMITS)) {
      expect(verdict('a', contentType, {}, limit)).toMatchObject({ bytes: limit });
      expect(verdict('a', contentType, {}, limit + 1)).toBe('media.too_large');
      expect(verdict('a', contentType, { imageBytes: 7 }, 8)).toBe('media.too_large');
    }
    for (const contentType of ['video/mp4', 'audio/mpeg', 'application/pdf', 'image/vnd.adobe.photoshop']) {
      expect(verdict('a', contentType, { videoBytes: 9, audioBytes: 9, fileBytes: 9, imageBytes: 9 }, 9)).toMatchObject(
        { bytes: 9 },
      );
      expect(verdict('a', contentType, { videoBytes: 9, audioBytes: 9, fileBytes: 9, imageBytes: 9 }, 10)).toBe(
        'media.too_large',
      );
    }
  });
});

describe('a tenant’s own lists', () => {
  it('take what runs where it is not denied', () => {
    const rules = { deniedTypes: [], deniedExtensions: ['zip'] };
    expect(verdict('setup.exe', 'application/x-msdownload', rules)).toMatchObject(taken);
    expect(verdict('all.zip', 'application/zip', rules)).toBe('extension_denied');
  });

  it('take ranges of types, and deny some of them', () => {
    const rules = { types: ['image/*', 'application/pdf'], deniedTypes: ['image/tiff'] };
    expect(verdict('a.png', 'image/png', rules)).toMatchObject(taken);
    expect(verdict('a.pdf', 'application/pdf', rules)).toMatchObject(taken);
    expect(verdict('a.zip', 'application/zip', rules)).toBe('media.type_unsupported');
    expect(verdict('a.tif', 'image/tiff', rules)).toBe('media.type_unsupported');
    expect(verdict('a', 'imagex/png', rules)).toBe('media.type_unsupported');
  });

  it('take some extensions only', () => {
    const rules = { extensions: ['pdf'] };
    expect(verdict('a.pdf', 'application/pdf', rules)).toMatchObject(taken);
    expect(verdict('a.png', 'image/png', rules)).toBe('extension_denied');
    expect(verdict('a', 'image/png', rules)).toMatchObject(taken);
  });

  it('are such as can be compared', () => {
    for (const types of [['*'], ['*/png'], ['Image/png'], ['image/png; q=1'], ['image/png', 'image/png'], ['image/p*']])
      expect(UploadRules.shape.types.safeParse(types).success).toBe(false);
    for (const extensions of [['.exe'], ['EXE'], ['exe', 'exe'], ['']])
      expect(UploadRules.shape.deniedExtensions.safeParse(extensions).success).toBe(false);
  });
});

describe('an extension', () => {
  it('is found whatever stands before the last dot, and does not change a second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', '.', '. .', '\u200b'), (name, end) => {
        expect(extensionOf(`${name}.exe${end}`)).toBe('exe');
      }),
    );
    expect(extensionOf('engine')).toBeUndefined();
  });
});

const sizes = fc.oneof(fc.integer({ min: 1, max: FORM_BYTES * 2 }), fc.integer({ min: 1, max: MAX_FILE_BYTES }));
const asked = fc.option(fc.integer({ min: PART_BYTES.least, max: PART_BYTES.most }), { nil: undefined });

describe('parts', () => {
  it('are of 5 to 100 MB, a thousand at most, and together exactly the file', () => {
    fc.assert(
      fc.property(sizes, asked, fc.boolean(), (bytes, wanted, multipart) => {
        const partBytes = partBytesOf(bytes, { multipart, partBytes: wanted });
        if (partBytes === undefined) {
          expect(bytes <= FORM_BYTES && !multipart).toBe(true);
          return;
        }
        expect(partBytes).toBeGreaterThanOrEqual(PART_BYTES.least);
        expect(partBytes).toBeLessThanOrEqual(PART_BYTES.most);
        const parts = partsOf(bytes, partBytes);
        expect(parts).toBeLessThanOrEqual(MOST_PARTS);
        const each = Array.from({ length: parts }, (_, index) => bytesOfPart(bytes, partBytes, index + 1));
        expect(each.reduce((sum, one) => sum + one, 0)).toBe(bytes);
        expect(Math.min(...each)).toBeGreaterThan(0);
        expect(bytesOfPart(bytes, partBytes, parts + 1)).toBe(0);
      }),
    );
  });

  it('are missing unless they are there with exactly their bytes', () => {
    const MB = 1024 ** 2;
    const there = [1, 2, 3].map((part) => ({ part, bytes: bytesOfPart(20 * MB, 8 * MB, part) }));
    expect(missingParts(20 * MB, 8 * MB, there)).toEqual([]);
    expect(missingParts(20 * MB, 8 * MB, there.slice(1))).toEqual([1]);
    expect(missingParts(20 * MB, 8 * MB, [{ part: 1, bytes: 7 }, ...there.slice(1)])).toEqual([1]);
    expect(missingParts(20 * MB, 8 * MB, [])).toEqual([1, 2, 3]);
  });
});
