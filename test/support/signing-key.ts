import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { ENV } from '#contract/environment.ts';
import { stubService } from './aws-stub.ts';

/** Gives functions a secret to sign with, for tests whose other calls go to the emulator. */
export function useSigningKey(): void {
  process.env[ENV.signingKey] = 'signing-key';
  stubService('secretsmanager')
    .on(GetSecretValueCommand)
    .resolves({ SecretString: 'a secret of the test, long enough to sign with' });
}
