import { createHmac } from 'node:crypto';

const SECRET = 'the secret of every simulation, known to all';

/** Stands for `#gateways/signing-key.ts`. */
export const signingKey = async (purpose: string): Promise<Buffer> =>
  createHmac('sha256', SECRET).update(`parley/${purpose}`).digest();
