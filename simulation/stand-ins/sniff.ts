/** Stands for `functions/media/sniff.ts`: whatever is uploaded is what it says. */
export const HEAD_BYTES = 64;

export const sniff = async (): Promise<string> => 'image/png';

export const typeOf = async (): Promise<string> => 'text/plain';
