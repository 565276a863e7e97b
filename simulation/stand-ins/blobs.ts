/** Stands for the gateways of uploads and renditions: files are taken and given, but there is nothing in them. */
export const UPLOAD_SECONDS = 600;

export const uploadForm = async (key: string) => ({ url: `https://uploads.sim/${key}`, fields: { key } });

export const openUpload = async ({ key }: { readonly key: string }) => ({
  bytes: 64,
  read: async () => Buffer.from(key),
  parts: async function* () {
    yield Buffer.from(key);
  },
  discard: () => undefined,
});

export const peekUpload = async (): Promise<Uint8Array> => new Uint8Array(64);

export const keepOriginal = async (): Promise<string> => '00'.repeat(32);

export const measureUpload = async (): Promise<number> => 64;

export const putRendition = async (): Promise<void> => undefined;

export const downloadUrl = async ({ key }: { readonly key: string }): Promise<string> => `https://media.sim/${key}`;
