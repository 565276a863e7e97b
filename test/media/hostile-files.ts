import { crc32, deflateRawSync } from 'node:zlib';

/** The test file of all scanners, in two parts: none is to find it here. */
export const EICAR = Buffer.from(
  `X5O!P%@AP[4\\PZX54(P^)7CC)7}$${'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'}`,
  'latin1',
);

const u16 = (value: number): Buffer => Buffer.from([value & 255, (value >> 8) & 255]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

/** A ZIP archive of these files (APPNOTE 6.3.10). */
export function zip(files: Readonly<Record<string, Buffer>>, { store = false } = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, data] of Object.entries(files)) {
    const packed = store ? data : deflateRawSync(data);
    const about = Buffer.concat([
      u16(20),
      u16(0),
      u16(store ? 0 : 8),
      u32(0),
      u32(crc32(data)),
      u32(packed.length),
      u32(data.length),
      u16(Buffer.byteLength(name)),
      u16(0),
    ]);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), about, Buffer.from(name), packed]);
    const entry = [Buffer.from('PK\u0001\u0002', 'latin1'), u16(20), about, u16(0), u16(0), u16(0), u32(0), u32(at)];
    central.push(...entry, Buffer.from(name));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const count = Object.keys(files).length;
  const end = [Buffer.from('PK\u0005\u0006', 'latin1'), u16(0), u16(0), u16(count), u16(count)];
  return Buffer.concat([...locals, directory, ...end, u32(directory.length), u32(at), u16(0)]);
}

const pngChunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

/** The start of a PNG that says it is this large, and holds next to nothing. */
export function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.from('789c010000ffff00000001', 'hex')),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A GIF with a screen and one frame of this size, of which no pixel is there. */
export const gifBomb = (width: number, height: number, frames = 1): Buffer => {
  const frame = Buffer.concat([
    Buffer.from([0x2c]),
    u16(0),
    u16(0),
    u16(width),
    u16(height),
    Buffer.from([0, 2, 1, 0x44, 0]),
  ]);
  return Buffer.concat([
    Buffer.from('GIF89a', 'latin1'),
    u16(width),
    u16(height),
    Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
    ...Array.from({ length: frames }, () => frame),
    Buffer.from([0x3b]),
  ]);
};

/** A TIFF whose directory says it is this large. */
export function tiffBomb(width: number, height: number): Buffer {
  const tag = (id: number, value: number) => Buffer.concat([u16(id), u16(4), u32(1), u32(value)]);
  const tags = [
    tag(256, width),
    tag(257, height),
    tag(258, 8),
    tag(259, 1),
    tag(262, 1),
    tag(273, 8),
    tag(277, 1),
    tag(278, height),
    tag(279, 4),
  ];
  return Buffer.concat([Buffer.from('II*\0', 'latin1'), u32(8), u16(tags.length), ...tags, u32(0), Buffer.alloc(8)]);
}

/** A WebP whose header says it is this large (at most 16,384 a side). */
export function webpBomb(width: number, height: number): Buffer {
  const bits = (width - 1) | ((height - 1) << 14);
  const data = Buffer.concat([Buffer.from([0x2f]), u32(bits), Buffer.alloc(8)]);
  const chunk = Buffer.concat([Buffer.from('VP8L', 'latin1'), u32(data.length), data, Buffer.alloc(data.length % 2)]);
  return Buffer.concat([Buffer.from('RIFF', 'latin1'), u32(chunk.length + 4), Buffer.from('WEBP', 'latin1'), chunk]);
}
