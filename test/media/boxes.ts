/** A box of an MP4 file (ISO/IEC 14496-12, 4.2), by the path of its types. */
export interface Box {
  readonly path: string;
  /** Its content, without the header. */
  readonly data: Buffer;
  /** Where the content begins in the file. */
  readonly at: number;
}

const PARENTS = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'udta', 'edts', 'dinf'];

/** All boxes of a file in their order, those inside others too: a reader that owes nothing to what wrote them. */
export function boxesOf(file: Buffer, parent = '', from = 0, to = file.length): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to; ) {
    const size = file.readUInt32BE(at);
    const type = file.subarray(at + 4, at + 8).toString('latin1');
    if (size < 8) throw new Error(`a box of ${size} bytes: ${type}`);
    const path = parent ? `${parent}/${type}` : type;
    boxes.push({ path, data: file.subarray(at + 8, at + size), at: at + 8 });
    if (PARENTS.includes(type)) boxes.push(...boxesOf(file, path, at + 8, at + size));
    at += size;
  }
  return boxes;
}

/** The one box at a path. */
export function boxAt(file: Buffer, path: string): Box {
  const [box] = boxesOf(file).filter((one) => one.path === path);
  if (!box) throw new Error(`there is no box ${path}`);
  return box;
}
