import { randomUuid } from '../engine/globals.ts';
import { stage } from '../engine/stage.ts';

/** Stands for `node:crypto`: digests are Node's, chance is the stage's. */
const real = process.getBuiltinModule('node:crypto');

export const { createHash, createHmac, createPrivateKey, createPublicKey, sign, timingSafeEqual, verify } = real;

export const randomUUID = randomUuid;

export const randomBytes = (length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  stage.current?.chance.fill(bytes);
  return bytes;
};
