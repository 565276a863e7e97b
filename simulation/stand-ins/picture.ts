/** Stands for `functions/media/picture.ts`: a file is a small picture. Every eighth cannot be read. */
export const readHeader = async (data: Uint8Array) =>
  data.at(-1)! % 8 === 0 ? undefined : { format: 'png', width: 2, height: 2 };

export const render = async () => ({
  pictures: (['display', 'thumbnail'] as const).map((name) => ({
    name,
    contentType: 'image/webp',
    width: 2,
    height: 2,
    data: new Uint8Array(8),
    sha256: '00'.repeat(32),
  })),
  width: 2,
  height: 2,
  thumbhash: 'AAAA',
  colour: '#123456',
});
