import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Instance } from '../instance.ts';

/** The signature algorithm of local tokens: the one public-key algorithm the authorizer has to accept here. */
export const ALGORITHM = 'ES256';

const folderOf = (instance: Instance) => join(instance.directory, 'issuer');

async function create(instance: Instance): Promise<void> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const key: JWK = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: ALGORITHM, use: 'sig' };
  await mkdir(folderOf(instance), { recursive: true });
  try {
    await writeFile(join(folderOf(instance), 'key.json'), JSON.stringify(key), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    // Two commands started together: the first one's key stands.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The private key of the instance's issuer; made at its first use and kept until `npm run reset`. */
export async function privateKeyOf(instance: Instance): Promise<JWK> {
  const file = join(folderOf(instance), 'key.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await create(instance);
  return JSON.parse(await readFile(file, 'utf8')) as JWK;
}

/** The key set that verifies the instance's tokens, as served under `/.well-known/jwks.json`: public parts only. */
export async function keySetOf(instance: Instance): Promise<{ readonly keys: readonly JWK[] }> {
  const { d: _secret, ...publicKey } = await privateKeyOf(instance);
  return { keys: [publicKey] };
}
